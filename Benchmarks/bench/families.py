"""Section `families`: /metrics of 32 nodes where every family shows something and each node has refused every other's
sessions, beside a server that sends the same number of bytes without any work."""

import itertools
import json
import time
import urllib.request
from datetime import datetime, timezone

from .process import BenchmarkError, Process
from .redis_server import RedisServer
from .scrape import CONNECTIONS, take
from .sessiond import Sessiond

FAMILY_NODES = 32
SCAN_COUNT = 10_000
LIFETIMES = 200  # sessions that end, for the histogram of lifetimes
JUDGED_SECONDS = 150  # a new pair stands at 0 for 70 s
PREFIX = "mcp:session:"


def measure(lab, sessions):
    """One daemon on a registry of 32 nodes, after refusals of every kind."""
    log = lab.new_folder("families") / "node.log"
    with RedisServer(lab, sessions, nodes=FAMILY_NODES) as server:
        log.touch()
        with Sessiond(lab, server, files=[log], cleanup="mode: dry-run, every: 1h, settle: 0s") as daemon:
            daemon.wait_readings(1)
            owned = sessions_by_node(server.client)
            log.write_text("".join(refusals(owned)))
            pairs = FAMILY_NODES * (FAMILY_NODES - 1)
            daemon.wait("all refusals counted", lambda: cells(daemon) >= pairs, JUDGED_SECONDS, 0.2)
            for names in list(owned.values()):
                server.client.command("DEL", *(PREFIX + name for name in names[:LIFETIMES // FAMILY_NODES]))
            time.sleep(1)
            page = daemon.metrics()
            note_size(lab, sessions, page, compressed(daemon))
            with Process([lab.program("static_http"), str(len(page))], lab.log("static")) as static:
                for number in range(lab.rounds):
                    for connections in CONNECTIONS:
                        url = f"http://127.0.0.1:{static.port()}/"
                        take(lab, server, "static answer, libmicrohttpd", url, connections, "p99 of a scrape, 32 nodes")
                        take(lab, server, "mcp-sessiond", daemon.url, connections, "p99 of a scrape, 32 nodes")
                    lab.say(f"families round {number + 1} of {lab.rounds}")


def sessions_by_node(client):
    """node -> ids of some of its sessions."""
    _, names = client.command("SCAN", "0", "MATCH", PREFIX + "*", "COUNT", SCAN_COUNT)
    names = [name if isinstance(name, str) else name.decode() for name in names]
    owned = {}
    for name in names:
        value = client.command("GET", name)
        owned.setdefault(json.loads(value)["node"], []).append(name[len(PREFIX):])
    if len(owned) != FAMILY_NODES:
        raise BenchmarkError(f"{len(owned)} nodes have sessions, of {FAMILY_NODES}")
    return owned


def refusals(owned):
    """A log line for each pair of nodes: the second was asked for a session of the first."""
    now = datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")
    for owner, asked in itertools.permutations(sorted(owned), 2):
        yield json.dumps({
            "timestamp": now, "level": "WARN", "fields": {
                "message": "session exists in registry but not on this node", "session_id": owned[owner][0],
                "node": asked, "reason": "misroute"}, "target": "mcp_node::session"}) + "\n"


def cells(daemon):
    """How many pairs of nodes /metrics shows."""
    return sum(line.startswith("mcp_sessiond_misroute_pairs_total{") and not line.endswith(" 0")
               for line in daemon.metrics().decode().splitlines())


def compressed(daemon):
    """How many bytes the page has as the daemon compresses it."""
    request = urllib.request.Request(daemon.url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        if answer.headers["Content-Encoding"] != "gzip":
            raise BenchmarkError("/metrics is not compressed for who asks for it")
        return len(answer.read())


def note_size(lab, sessions, page, packed):
    """The bytes of the page, plain and compressed."""
    samples = sum(not line.startswith(b"#") for line in page.splitlines())
    lab.results.add("a page of 32 nodes, all families", sessions, "mcp-sessiond", len(page) / 1000, "{:.0f} KB",
                    [("{:,.0f} samples", samples)])
    lab.results.add("the same page compressed", sessions, "mcp-sessiond", packed / 1000, "{:.1f} KB", [])
