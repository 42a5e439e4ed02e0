"""Section `questions`: what people ask at three in the morning. Explanations, look-ups, a filtered page of the listing
while the registry changes, and the page itself; each beside a server that sends as many bytes without any work."""

import contextlib
import hashlib
import http.client
import json
import os
import random
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from statistics import fmean, median

from .cleanup import Snapshot
from .process import BenchmarkError, Process, run_json
from .redis_server import NODES
from .scrape import wrk
from .sessiond import Sessiond
from .writes import LEAD_SECONDS, Writing

PREFIX = "mcp:session:"
KNOWN = 5_000  # sessions that are asked for in turn
SCAN_COUNT = 20_000
TRIED = 20  # questions whose answers say how long the static one is to be
EXPLAIN_RATE, LISTING_RATE = 200, 50
LOOK_UP_CONNECTIONS = 32
CURSORS = 64  # pages from all over the registry
PAGES = 20  # times that the page is fetched in each sample
ANSWER_SECONDS = 30
WHO, STATIC = "mcp-sessiond", "static answer, libmicrohttpd"
# Of the snapshot's nodes the first half have restarted: their sessions are orphans, and no other node's.
LISTINGS = {
    "a filtered page of 100": "state=orphaned&node=node-1&limit=100",
    "a filtered page that nothing fits": f"state=orphaned&node=node-{NODES}&limit=100",
}


@dataclass(frozen=True)
class Question:
    """One request; with a body it is a POST."""

    target: str
    body: str | None = None

    @property
    def line(self):
        """As `ask` reads it."""
        return f"GET {self.target}\n" if self.body is None else f"POST {self.target} {self.body}\n"

    def answer(self, port):
        """The body of the answer, over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
        with contextlib.closing(connection):
            connection.request("GET" if self.body is None else "POST", self.target, self.body)
            answer = connection.getresponse()
            body = answer.read()
        if answer.status != 200:
            raise BenchmarkError(f"{self.target.split('?')[0]} answers {answer.status}")
        return body


def measure(lab, sessions):
    """One daemon on a registry of which half are orphans."""
    with Snapshot(lab, sessions, NODES // 2).server(lab) as server, Sessiond(lab, server) as daemon:
        daemon.wait_readings(1)
        daemon.wait_sessions("registered", sessions)
        server.sessions = sessions
        ids = known_ids(server.client, min(KNOWN, sessions))
        refs = ["s:" + hashlib.sha256(one.encode()).hexdigest()[:16] for one in ids]
        by_ref = [Question(f"/api/v1/sessions/{ref}") for ref in refs]
        by_id = [Question("/api/v1/sessions/lookup", json.dumps({"id": one})) for one in ids]
        explain(lab, server, daemon, "by ref", by_ref)
        explain(lab, server, daemon, "by id", by_id)
        look_up(lab, server, daemon, by_ref)
        cursors = random.Random(1).sample(refs, min(CURSORS, len(refs)))
        for what, query in LISTINGS.items():
            pages = [Question(f"/api/v1/sessions?{query}&cursor={ref}") for ref in cursors]
            listing(lab, server, daemon, what, pages)
        show_page(lab, server, daemon)


def known_ids(client, count):
    """The ids of so many sessions, from anywhere in the registry."""
    ids, cursor = [], "0"
    while len(ids) < count:
        cursor, names = client.command("SCAN", cursor, "MATCH", PREFIX + "*", "COUNT", SCAN_COUNT)
        ids += [name[len(PREFIX):] for name in names]
        if cursor == "0":
            break
    return ids[:count]


def in_turns(lab, daemon, what, length):
    """(who, process) of each sample: the static server, which has as long an answer, and the daemon."""
    with Process([lab.program("static_http"), str(length)], lab.log("static")) as static:
        for number in range(lab.rounds):
            yield STATIC, static
            yield WHO, daemon
            lab.say(f"{what}: round {number + 1} of {lab.rounds}")


def usual_length(daemon, questions):
    """How many bytes the daemon's answers to such questions have, about."""
    return round(fmean(len(question.answer(daemon.http_port)) for question in questions[:TRIED]))


def ask(lab, process, rate, seconds, questions):
    """The questions in turn at a fixed rate, by the C program."""
    path = lab.log("questions")
    path.write_text("".join(question.line for question in questions))
    return run_json([lab.program("ask"), str(process.port()), str(rate), str(max(round(seconds), 1)), str(path)])


def figures(answer):
    """Lesser figures of one answer of `ask`."""
    return [("p50 {:.2f} ms", answer["p50_us"] / 1000), ("longest {:.2f} ms", answer["longest_us"] / 1000),
            ("{:.1f} KB each", answer["bytes"] / answer["answers"] / 1000)]


def explain(lab, server, daemon, how, questions):
    """p50 and p99 of explanations at a fixed rate."""
    what = f"explain {how}, {EXPLAIN_RATE}/s, p99"
    for who, process in in_turns(lab, daemon, what, usual_length(daemon, questions)):
        answer = ask(lab, process, EXPLAIN_RATE, lab.seconds, questions)
        lab.results.add(what, server.sessions, who, answer["p99_us"] / 1000, "{:.2f} ms", figures(answer))


# Look-ups


@contextlib.contextmanager
def apart(process, server):
    """The process has the first core for itself, Redis and whoever asks have the others; one core is shared by all."""
    cores = os.sched_getaffinity(0)
    first = {min(cores)}
    others = cores - first or cores
    process.pin(first)
    server.pin(others)
    os.sched_setaffinity(0, others)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
        server.pin(cores)
        process.pin(cores)


def look_up(lab, server, daemon, questions):
    """As many as one core answers over many connections."""
    what = "look-ups by ref a second on one core"
    path = lab.log("targets")
    path.write_text("".join(question.target + "\n" for question in questions))
    for who, process in in_turns(lab, daemon, what, usual_length(daemon, questions)):
        with apart(process, server):
            before = process.cpu_seconds()
            answer = wrk(f"http://127.0.0.1:{process.port()}/", LOOK_UP_CONNECTIONS, path)
            used = process.cpu_seconds() - before
        lab.results.add(what, server.sessions, who, answer["requests"] / answer["seconds"], "{:,.0f}", [
            ("p99 {:.2f} ms", answer["p99_us"] / 1000), ("{:.0%} of that core", used / answer["seconds"]),
        ])


# The listing


def listing(lab, server, daemon, what, questions):
    """p99 of pages while the registry changes."""
    what = f"{what}, {LISTING_RATE}/s beside {lab.options.write_rate:,} writes/s, p99"
    seconds = max(lab.options.write_seconds - 2 * LEAD_SECONDS, 1)
    for who, process in in_turns(lab, daemon, what, usual_length(daemon, questions)):
        answers = []

        def meanwhile():
            time.sleep(LEAD_SECONDS)
            answers.append(ask(lab, process, LISTING_RATE, seconds, questions))

        writing = Writing(lab, server).run(daemon, meanwhile)
        lab.results.add(what, server.sessions, who, answers[0]["p99_us"] / 1000, "{:.2f} ms", [
            *figures(answers[0]), ("{:,.0f} writes/s", writing.rate)])


# The page


class Assets(HTMLParser):
    """What a page makes a browser ask for besides."""

    def __init__(self, text):
        super().__init__()
        self.targets = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        """Scripts, styles and pictures of the same server."""
        named = dict(attributes)
        target = named.get("href") if tag == "link" else named.get("src")
        if target and target.startswith("/"):
            self.targets.append(target)


def show_page(lab, server, daemon):
    """The page at `/` with all that it needs, each over a connection of its own, as for a browser that just came."""
    what = "the page with all that it needs"
    page = Question("/").answer(daemon.http_port)
    needed = [Question("/"), *(Question(target) for target in Assets(page.decode()).targets)]
    for who, process in in_turns(lab, daemon, what, len(page)):
        taken, port = [], process.port()
        for _ in range(PAGES):
            began = time.monotonic()
            lengths = [len(question.answer(port)) for question in needed]
            taken.append(1000 * (time.monotonic() - began))
        lab.results.add(what, server.sessions, who, median(taken), "{:.1f} ms", [
            ("longest {:.1f} ms", max(taken)), ("{:.0f} requests", len(needed))])
        if who == WHO:
            lab.results.add("the page's longest answer", server.sessions, who, max(lengths) / 1000, "{:.1f} KB")
