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
def sessiond(lab, server, mode):
    """The daemon after its first full scan, reading again and again within its share."""
    with Sessiond(lab, server, mode=mode, every=CONTINUOUS, share=SHARE) as daemon:
        daemon.wait_readings(1)
        yield daemon


@contextlib.contextmanager
def exporter(lab, server):
    """One scrape of --count-keys after another."""
    with Exporter(lab, server, "-count-keys=db0=mcp:session:*") as peer, repeating(peer.scrape):
        yield peer


def yardstick(lab, server):
    """The C floor without pauses: what a reader does that takes all it can get."""
    return repeating(lambda: run_json([lab.program("yardstick"), server.address]))


def measure(lab, server):
    """Each load in each round, idle first."""
    loads = [("nobody reads", lambda *_: contextlib.nullcontext())]
    if lab.sessiond:
        loads += [
            (f"mcp-sessiond reconciles, redis_share {SHARE:.2f}", lambda *both: sessiond(*both, "auto")),
            (f"mcp-sessiond scans, redis_share {SHARE:.2f}", lambda *both: sessiond(*both, "scan")),
        ]
    loads += [
        ("redis-exporter --count-keys, scrape after scrape", exporter),
        ("C yardstick, without pauses", yardstick),
    ]
    for number in range(lab.rounds):
        for who, load in loads:
            with load(lab, server) as reader:
                time.sleep(SETTLE_SECONDS)
                take(lab, server, who, reader)
            lab.say(f"latency round {number + 1}: {who}")


def take(lab, server, who, reader):
    """One sample; `reader` is the process that reads meanwhile, where it is one."""
    cpu = reader.cpu_seconds() if reader else 0.0
    before, started = server.use(), time.monotonic()
    answer = run_json([lab.program("latency"), server.address, str(lab.seconds), str(server.other_keys)])
    took = time.monotonic() - started
    busy = (server.use().cpu_seconds - before.cpu_seconds) / took
    figures = [
        ("p50 {:.0f} µs", answer["p50_us"]), ("p99.9 {:.0f} µs", answer["p999_us"]), ("Redis busy {:.1%}", busy),
    ]
    if reader:
        figures.append(("the reader's own CPU {:.1%}", (reader.cpu_seconds() - cpu) / took))
    lab.results.add(WHAT, server.sessions, who, answer["p99_us"], "{:.0f} µs", figures)
