"""Section `reading`: everything read once, as fast as the server gives it."""

import time

from .exporter import Exporter
from .lab import HERE, venv_python
from .process import BenchmarkError, run_json, run_timed
from .sessiond import Sessiond

WHAT = "reading everything once"
CHECK_KEYS_SESSIONS = 100_000  # --check-keys takes minutes and gigabytes beyond
CHECK_KEYS_ROUNDS = 3


def yardstick(lab, server, *options):
    """The C floor: its own clock, without start and connect."""
    return measured_itself(server, [lab.program("yardstick"), server.socket, *options])


def redis_py(_, server):
    """redis-py: its own clock, without start and imports."""
    return measured_itself(server, [venv_python(), str(HERE / "redispy_read.py"), server.socket])


def measured_itself(server, command):
    """Seconds and CPU seconds as the program prints them; it must have seen every session."""
    answer = run_json(command)
    if answer["sessions"] != server.sessions:
        raise BenchmarkError(f"{command[0]} saw {answer['sessions']} of {server.sessions} sessions")
    return answer["seconds"], answer["cpu_seconds"]


def sessiond(lab, server):
    """The daemon's first reading, by its own histogram; CPU from its start to its end, start-up included."""
    with Sessiond(lab, server) as daemon:
        seconds, count = daemon.wait_readings(1)
        if count != 1:
            raise BenchmarkError(f"{count} readings where one was expected")
        return seconds, daemon.cpu_seconds()


def redis_cli(_, server):
    """redis-cli, as people run it; names only, from start to end."""
    return run_timed(["redis-cli", "-s", server.socket, "--scan", "--pattern", "mcp:session:*"])


def exporter(lab, server, option):
    """One scrape of an exporter that already runs, from the request to the last byte."""
    with Exporter(lab, server, option) as peer:
        cpu, started = peer.cpu_seconds(), time.monotonic()
        body = peer.scrape()
        seconds = time.monotonic() - started
        if b"redis_up 1" not in body:
            raise BenchmarkError("the exporter did not reach its server")
        return seconds, peer.cpu_seconds() - cpu


def measure(lab, server):
    """One sample of each way in each round; the floor comes first."""
    ways = [("C yardstick", yardstick)]
    if lab.sessiond:
        ways.append(("mcp-sessiond, first reading", sessiond))
    ways += [
        ("C yardstick, names only", lambda lab, server: yardstick(lab, server, "--names")),
        ("redis-py + hiredis, json", redis_py),
        ("redis-cli --scan, names only", redis_cli),
        ("redis-exporter --count-keys, a scrape", lambda *both: exporter(*both, "-count-keys=db0=mcp:session:*")),
    ]
    check_keys = (
        "redis-exporter --check-keys, a scrape", lambda *both: exporter(*both, "-check-keys=db0=mcp:session:*"))
    for number in range(lab.rounds):
        small = server.sessions <= CHECK_KEYS_SESSIONS and number < CHECK_KEYS_ROUNDS
        for who, way in ways + [check_keys] * small:
            before = server.cpu_seconds()
            seconds, cpu = way(lab, server)
            used = server.cpu_seconds() - before
            lab.results.add(WHAT, server.sessions, who, seconds, "{:.3f} s",
                            [("client CPU {:.2f} s", cpu), ("Redis CPU {:.2f} s", used)])
            lab.say(f"reading {server.sessions:,} round {number + 1}: {who} {seconds:.3f} s")
