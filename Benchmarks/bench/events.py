"""Section `events`: lines read, files followed, and what they tell judged by the registry."""

import os
import random
import time
from statistics import median

from . import log_lines
from .events_seen import DROPPED, EVENTS, LINES, MISROUTES, REJECTED, EventsSeen
from .judging import measure as measure_judging
from .log_file import LogFile
from .probe import p99
from .process import BenchmarkError, run_json
from .redis_server import RedisServer
from .sessiond import Sessiond

SESSIONS = 100_000  # at most: what is measured here does not grow with them
ROUNDS = 3
MB = 1e6
WHO = "mcp-sessiond"
FOLLOWED_PART = 5  # the followed log has so much fewer lines
FOLLOWED_PERCENT = 2
FOLLOW_SECONDS = 600
FOLLOW_POLL_SECONDS = 0.02
PROBES = 200
PROBE_SECONDS = 30  # one that is not counted by then ends the run
PROBE_POLL_SECONDS = 0.002
PAUSE_SECONDS = (0.05, 0.25)  # between two probes, so that they meet every moment of the daemon's own pauses
PAGE_SECONDS = 0.1  # how old /metrics may be


def measure(lab, sessions):
    """Without a registry first; then one, and a daemon for each of the other parts."""
    log_lines.measure(lab)
    with RedisServer(lab, min(sessions, SESSIONS)) as server:
        for number in range(min(lab.rounds, ROUNDS)):
            follow(lab, server)
            show(lab, server)
            measure_judging(lab, server, number)
            lab.say(f"events round {number + 1} of {min(lab.rounds, ROUNDS)}")


def follow(lab, server):
    """A log that is there when the daemon starts, beside a daemon that has none."""
    with Sessiond(lab, server) as daemon:
        daemon.wait_readings(1)
        idle, idle_cpu = daemon.memory(), daemon.cpu_seconds()
    folder = lab.new_folder("followed")
    with LogFile(lab, folder, lab.options.lines // FOLLOWED_PART, FOLLOWED_PERCENT, server.sessions) as log:
        started = time.monotonic()
        with Sessiond(lab, server, files=[folder / "*.log"]) as daemon, EventsSeen(daemon) as seen:
            daemon.wait("all lines read", lambda: seen.total(LINES)[0] >= log.lines, FOLLOW_SECONDS,
                        FOLLOW_POLL_SECONDS)
            seconds, cpu = time.monotonic() - started, daemon.cpu_seconds()
            daemon.wait("all events judged", lambda: seen.waiting_and_judged()[1] >= log.events, FOLLOW_SECONDS,
                        FOLLOW_POLL_SECONDS)
            judged, held = time.monotonic() - started, daemon.memory()
            log.check("the daemon", seen.kinds())
            counted = seen.total(LINES, REJECTED, DROPPED)
            if counted != [log.lines, 0, 0]:
                raise BenchmarkError(f"lines read, rejected and dropped are {counted} of {log.lines}")
    lab.results.add(f"a log of {log.lines:,} lines followed, from the daemon's start", server.sessions, WHO, seconds,
                    "{:.2f} s", [("all judged after {:.2f} s", judged), ("CPU {:.2f} s", cpu),
                                 ("CPU without the log {:.2f} s", idle_cpu)])
    above, peak = ((held[name] - idle[name]) / MB for name in ("VmRSS", "VmHWM"))
    lab.results.add("memory above idle, a log followed", server.sessions, WHO, above, "{:.1f} MB", [
        ("its peak {:.1f} MB above the idle one's", peak), ("idle {:.1f} MB", idle["VmRSS"] / MB)])
    lab.say(f"events: {log.lines:,} lines followed in {seconds:.2f} s, {above:.1f} MB above idle")


def show(lab, server):
    """How soon an event that a node appends to its log is counted, and then judged, with nothing else to do."""
    lines = misroutes(lab, server)
    path = lab.new_folder("seen") / "node.log"
    path.touch()
    counted_ms, judged_ms = [], []
    draw = random.Random(1)
    with Sessiond(lab, server, files=[path]) as daemon, EventsSeen(daemon) as seen, \
            open(path, "ab", buffering=0) as log:
        daemon.wait_readings(1)
        for number in range(PROBES):
            time.sleep(draw.uniform(*PAUSE_SECONDS))
            before = seen.total(EVENTS, MISROUTES)
            time.sleep(draw.uniform(0, PAGE_SECONDS))  # so that the page is of any age when the line comes
            if before != [number, number]:
                raise BenchmarkError(f"{before} events counted and judged where {number} were appended")
            os.write(log.fileno(), lines[number % len(lines)])
            counted, judged = waited(seen, number + 1)
            counted_ms.append(1000 * counted)
            judged_ms.append(1000 * judged)
    for what, values in (("counted", counted_ms), ("judged", judged_ms)):
        lab.results.add(f"event appended to {what} in /metrics, p99, idle", server.sessions, WHO, p99(values),
                        "{:.0f} ms", [("p50 {:.0f} ms", median(values)), ("longest {:.0f} ms", max(values)),
                                      ("{:.0f} probes", len(values))])
        lab.say(f"event appended to {what}: p50 {median(values):.0f} ms, p99 {p99(values):.0f} ms")


def misroutes(lab, server):
    """Lines of requests for sessions that another living node holds."""
    path = lab.new_folder("lines") / "events.log"
    run_json([lab.program("log_lines"), str(path), str(2 * PROBES), "100", str(server.sessions)])
    return [line for line in path.read_bytes().splitlines(keepends=True) if b'"misroute"' in line]


def waited(seen, count):
    """Seconds until so many events are counted, and until they are judged."""
    appended, counted = time.monotonic(), None
    while True:
        totals = seen.total(EVENTS, MISROUTES)
        now = time.monotonic() - appended
        if counted is None and totals[0] >= count:
            counted = now
        if counted is not None and totals[1] >= count:
            return counted, now
        if now > PROBE_SECONDS:
            raise BenchmarkError(f"an event is not counted and judged after {PROBE_SECONDS} s")
        time.sleep(PROBE_POLL_SECONDS)
