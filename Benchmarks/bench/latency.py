"""Section `latency`: what other clients feel while somebody reads the registry."""

import contextlib
import threading
import time

from .exporter import Exporter
from .process import run_json
from .sessiond import Sessiond

WHAT = "p99 of another client's GET, one each ms"
SHARE = 0.10
CONTINUOUS = "100ms"  # the pause between two readings, short beside a reading
SETTLE_SECONDS = 0.5


@contextlib.contextmanager
def repeating(action):
    """Repeats the action in a thread until the block is left; then waits for the last one."""
    stop, failures = threading.Event(), []

    def loop():
        while not stop.is_set():
            try:
                action()
            except Exception as error:  # handed to the thread that measures
                failures.append(error)
                return

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    if failures:
        raise failures[0]


@contextlib.contextmanager
def sessiond(lab, server):
    """The daemon after its first reading, reading again and again within its share."""
    with Sessiond(lab, server, scan_every=CONTINUOUS, redis_share=SHARE) as daemon:
        daemon.wait_readings(1)
        yield


@contextlib.contextmanager
def exporter(lab, server):
    """One scrape of --count-keys after another."""
    with Exporter(lab, server, "-count-keys=db0=mcp:session:*") as peer, repeating(peer.scrape):
        yield


def yardstick(lab, server):
    """The C floor without pauses: what a reader does that takes all it can get."""
    return repeating(lambda: run_json([lab.program("yardstick"), server.socket]))


def measure(lab, server):
    """Each load in each round, idle first."""
    loads = [("nobody reads", lambda *_: contextlib.nullcontext())]
    if lab.sessiond:
        loads.append((f"mcp-sessiond reads, redis_share {SHARE:.2f}", sessiond))
    loads += [
        ("redis-exporter --count-keys, scrape after scrape", exporter),
        ("C yardstick, without pauses", yardstick),
    ]
    command = [lab.program("latency"), server.socket, str(lab.seconds), str(server.other_keys)]
    for number in range(lab.rounds):
        for who, load in loads:
            with load(lab, server):
                time.sleep(SETTLE_SECONDS)
                before, started = server.cpu_seconds(), time.monotonic()
                answer = run_json(command)
                busy = (server.cpu_seconds() - before) / (time.monotonic() - started)
            lab.results.add(WHAT, server.sessions, who, answer["p99_us"], "{:.0f} µs", [
                ("p50 {:.0f} µs", answer["p50_us"]), ("p99.9 {:.0f} µs", answer["p999_us"]),
                ("Redis busy {:.0%}", busy),
            ])
            lab.say(f"latency round {number + 1}: {who}: p99 {answer['p99_us']:.0f} µs, Redis busy {busy:.0%}")
