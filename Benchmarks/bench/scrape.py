"""Section `scrape`: /metrics under load, beside a server that sends the same number of bytes without any work."""

import contextlib

from .exporter import Exporter
from .lab import HERE
from .process import BenchmarkError, Process, run_json
from .sessiond import Sessiond

CONNECTIONS = (1, 16)
SECONDS = 2
PEER_BYTES = 20_000  # the static page where no daemon says how long its own is


def wrk(url, connections, targets=None):
    """One run of wrk on one thread; `targets`: a file of those to ask for in turn."""
    answer = run_json([
        "wrk", "-t", "1", "-c", str(connections), "-d", f"{SECONDS}s", "-s", str(HERE / "wrk.lua"), url,
        *(["--", str(targets)] if targets else [])])
    if answer["errors"] or not answer["requests"]:
        raise BenchmarkError(f"{url}: {answer['errors']} errors, {answer['requests']} answers at {connections}")
    return answer


def measure(lab, server):
    """The static server, the daemon and a plain exporter stand at the same time and are asked in turns."""
    with contextlib.ExitStack() as running:
        targets, length = [], PEER_BYTES
        if lab.sessiond:
            daemon = running.enter_context(Sessiond(lab, server))
            daemon.wait_readings(1)
            length = len(daemon.metrics())
            targets.append(("mcp-sessiond", daemon.url))
        static = running.enter_context(Process([lab.program("static_http"), str(length)], lab.log("static")))
        targets.insert(0, ("static answer, libmicrohttpd", f"http://127.0.0.1:{static.port()}/"))
        peer = running.enter_context(Exporter(lab, server))
        targets.append(("redis-exporter, no keys", peer.url))
        for number in range(lab.rounds):
            for connections in CONNECTIONS:
                for who, url in targets:
                    take(lab, server, who, url, connections)
            lab.say(f"scrape {server.sessions:,} round {number + 1}")


def take(lab, server, who, url, connections, what="p99 of a scrape"):
    """One sample into the results."""
    answer = wrk(url, connections)
    what = f"{what}, {connections} connection{'s' if connections > 1 else ''}"
    lab.results.add(what, server.sessions, who, answer["p99_us"], "{:.0f} µs", [
        ("p50 {:.0f} µs", answer["p50_us"]),
        ("{:,.0f} scrapes/s", answer["requests"] / answer["seconds"]),
        ("{:.1f} KB each", answer["bytes"] / answer["requests"] / 1000),
    ])
