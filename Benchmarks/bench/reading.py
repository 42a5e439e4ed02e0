"""Section `reading`: everything read once, as fast as the server gives it."""

import time

from .exporter import Exporter
from .lab import HERE, MANY_SESSIONS, venv_python
from .process import BenchmarkError, run_json, run_timed
from .sessiond import Sessiond

WHAT = "reading everything once"
CHECK_KEYS_SESSIONS = 100_000  # --check-keys takes minutes and gigabytes beyond
CHECK_KEYS_ROUNDS = 3
SLOW_ROUNDS = 1  # of redis-py and redis-cli, beyond lab.MANY_SESSIONS


def yardstick(lab, server, *options):
    """The C floor: its own clock, without start and connect."""
    return measured_itself(server, [lab.program("yardstick"), server.address, *options])


def redis_py(_, server):
    """redis-py: its own clock, without start and imports."""
    return measured_itself(server, [venv_python(), str(HERE / "redispy_read.py"), server.address])


def measured_itself(server, command):
    """Seconds and CPU seconds as the program prints them; it must have seen every session."""
    answer = run_json(command)
    if answer["sessions"] != server.sessions:
        raise BenchmarkError(f"{command[0]} saw {answer['sessions']} of {server.sessions} sessions")
    return answer["seconds"], answer["cpu_seconds"]


def sessiond(lab, server, mode):
    """The daemon's first full scan, by its own histogram; CPU from its start to its end, start-up included."""
    with Sessiond(lab, server, mode=mode) as daemon:
        seconds, count = daemon.wait_readings(1)
        if count != 1:
            raise BenchmarkError(f"{count} readings where one was expected")
        return seconds, daemon.cpu_seconds()


def redis_cli(_, server):
    """redis-cli, as people run it; names only, from start to end."""
    return run_timed(["redis-cli", "-s", server.address, "--scan", "--pattern", "mcp:session:*"])


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
        ways += [
            ("mcp-sessiond, first full scan", lambda *both: sessiond(*both, "auto")),
            ("mcp-sessiond, first full scan without tracking", lambda *both: sessiond(*both, "scan")),
        ]
    ways += [
        ("C yardstick, names only", lambda *both: yardstick(*both, "--names")),
        ("redis-exporter --count-keys, a scrape", lambda *both: exporter(*both, "-count-keys=db0=mcp:session:*")),
    ]
    slow = [("redis-py + hiredis, json", redis_py), ("redis-cli --scan, names only", redis_cli)]
    check_keys = [
        ("redis-exporter --check-keys, a scrape", lambda *both: exporter(*both, "-check-keys=db0=mcp:session:*"))]
    for number in range(lab.rounds_of(server.sessions)):
        with_slow = server.sessions <= MANY_SESSIONS or number < SLOW_ROUNDS
        with_check_keys = server.sessions <= CHECK_KEYS_SESSIONS and number < CHECK_KEYS_ROUNDS
        for who, way in ways + slow * with_slow + check_keys * with_check_keys:
            before = server.use()
            seconds, cpu = way(lab, server)
            used = server.use().cpu_seconds - before.cpu_seconds
            lab.results.add(WHAT, server.sessions, who, seconds, "{:.3f} s",
                            [("client CPU {:.2f} s", cpu), ("Redis CPU {:.2f} s", used)])
            lab.say(f"reading {server.sessions:,} round {number + 1}: {who} {seconds:.3f} s")
