"""Section `cleanup`: what removing orphans costs, what other clients feel of it, and what a plan takes."""

import json
import os
import shutil
import subprocess
import threading
import time
import urllib.request
from statistics import median

from .api import API
from .process import BenchmarkError, run_json
from .recorder import Recorder
from .redis_client import RedisClient
from .redis_server import NODES, RedisServer
from .sessiond import TOKEN, Sessiond, configuration

ORPHANS = 100_000
UNLIMITED = 1_000_000  # the highest rate that the settings take
LEASE_SECONDS = 3600
LIVING_NODES = 24
BEGIN_SECONDS = 240
ONCE_SECONDS = 600  # silence is observed first
SNAPSHOT = "dump.rdb"
SETTLE_SECONDS = 2
DEAD_AFTER = "15s"
AT_ONCE = "grace: 1s, settle: 0s"  # as far as silence lets it
PLANS = 20
WHO, LOOP = "mcp-sessiond", "C loop, the same calls, nobody judges"
REMOVING = WHO + ", 500 keys/s"
GIVING_WAY = REMOVING + ", giving way to others on the core"
P99 = "p99 of another client's GET, one each ms, orphans being removed"


class Snapshot:
    """A filled registry on disk, some of whose nodes have died since the daemon saw them alive: their sessions are orphans."""

    def __init__(self, lab, sessions, dead):
        self.sessions = sessions
        self.path = lab.new_folder("snapshot") / SNAPSHOT
        with RedisServer(lab, sessions) as server:
            nodes = [f"mcp:node:node-{number + 1}" for number in range(NODES)]
            for key in nodes:
                self.stand(server.client, key)
            with Sessiond(lab, server, cleanup="mode: dry-run, every: 1h") as daemon:
                daemon.wait("what is known of all owners", lambda: self.known(server.client) >= NODES, BEGIN_SECONDS, 0.2)
            server.client.command("DEL", *nodes[:dead])
            # A cluster most of whose nodes are dead is not cleaned.
            for number in range(LIVING_NODES):
                server.client.command("SET", f"mcp:node:living-{number + 1}", json.dumps({"boot": f"living-{number + 1}"}))
            server.client.command("SAVE")
            shutil.copy(server.folder / SNAPSHOT, self.path)

    @staticmethod
    def stand(client, key):
        """Its heartbeat says no time, so that it lives as long as the key is there."""
        heartbeat = json.loads(client.command("GET", key))
        del heartbeat["seen_at"]
        client.command("SET", key, json.dumps(heartbeat), "KEEPTTL")

    @staticmethod
    def known(client):
        """How many owners instances have seen alive."""
        return sum(client.command("HLEN", key) for key in client.command("KEYS", "mcp:sessiond:known:*"))

    def server(self, lab):
        """A new server that holds it."""
        folder = lab.new_folder("copy")
        shutil.copy(self.path, folder / SNAPSHOT)
        server = RedisServer(lab, 0, data=folder)
        server.other_keys = self.sessions // 5
        return server


def measure(lab, sessions):
    """Removal at the highest rate and at the usual one of so many orphans; a plan over the whole registry."""
    orphans = Snapshot(lab, min(sessions, ORPHANS), NODES)
    calls = record(lab, orphans)
    for number in range(lab.rounds):
        note_rate(lab, orphans.sessions, LOOP, replay(lab, orphans, calls))
        note_rate(lab, orphans.sessions, WHO, clean(lab, orphans))
        undo(lab, orphans)
        lab.say(f"removal round {number + 1} of {lab.rounds}")
    for number in range(lab.rounds):
        show_others(lab, orphans)
        lab.say(f"others round {number + 1} of {lab.rounds}")
    half = Snapshot(lab, sessions, NODES // 2)
    for number in range(lab.rounds):
        plan(lab, half)
        lab.say(f"plan round {number + 1} of {lab.rounds}")


def note_rate(lab, size, who, answer):
    """Keys a second, and Redis' time for each."""
    seconds, redis_seconds = answer
    lab.results.add("orphans removed a second, unlimited", size, who, size / seconds, "{:,.0f}",
                    [("Redis' CPU {:.1f} µs a key", 1e6 * redis_seconds / size)])


# Removal


def once(lab, server, url):
    """`cleanup --once`, without a limit: the seconds of its run."""
    settings = configuration(
        lab, url, dead_after=DEAD_AFTER, cleanup=f"mode: delete, max_keys_per_second: {UNLIMITED}, {AT_ONCE}")
    done = subprocess.run(
        [lab.sessiond, "cleanup", "--once", "--confirm", "-o", "json", "--config", str(settings)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=ONCE_SECONDS)
    if done.returncode != 0:
        raise BenchmarkError(f"cleanup --once ended with {done.returncode}: {(done.stderr or done.stdout).strip()}")
    left = server.session_keys(lab)
    if left != 0:
        raise BenchmarkError(f"{left} orphans are left: {done.stdout.strip()}")
    report = json.loads(server.client.command("LINDEX", "mcp:sessiond:runs", 0))
    return (report["ended"] - report["began"]) / 1000


def record(lab, snapshot):
    """The file of the calls that remove, as the daemon makes them."""
    with snapshot.server(lab) as server, Recorder(lab, server) as recorder:
        once(lab, server, recorder.url)
        # Holder and lease take one key; removals name stop, audit and sessions besides.
        removals = [(words, raw) for words, raw in recorder.calls if int(words[2]) > 3]
        holder, epoch = (word.decode() for word in arguments(removals[-1][0])[:2])
        scripts = [words[1].decode() for words, _ in removals if words[0] == b"EVAL"]
    path = lab.new_folder("calls") / "calls"
    # What EVAL said again was EVALSHA before, which the server did not know yet.
    path.write_bytes(b"".join(lasting(words, raw) for words, raw in removals if words[0] == b"EVALSHA"))
    return {"path": str(path), "holder": holder, "epoch": epoch, "scripts": scripts}


def arguments(words):
    """Those of a script's call: holder, epoch, from when until when what was judged holds, and so on."""
    return words[3 + int(words[2]):]


def lasting(words, raw):
    """The same call, judged for ever."""
    until = arguments(words)[3]
    return raw.replace(b"\r\n" + until + b"\r\n", b"\r\n" + b"9" * len(until) + b"\r\n", 1)


def replay(lab, snapshot, calls):
    """The same calls by the C loop: seconds, and Redis' CPU."""
    with snapshot.server(lab) as server:
        for script in calls["scripts"]:
            server.client.command("SCRIPT", "LOAD", script)
        server.client.command(
            "HSET", "mcp:sessiond:lease", "v", 1, "holder", calls["holder"], "epoch", calls["epoch"], "until",
            int(1000 * (time.time() + LEASE_SECONDS)))
        before = server.use()
        answer = run_json([lab.program("replay"), server.address, calls["path"]])
        if answer["cleaned"] != snapshot.sessions:
            raise BenchmarkError(f"the C loop removed {answer['cleaned']} of {snapshot.sessions}: {answer}")
        return answer["seconds"], server.use().cpu_seconds - before.cpu_seconds


def clean(lab, snapshot):
    """The same by the daemon's code: seconds of the run, without reading and start."""
    with snapshot.server(lab) as server:
        before = server.use()
        seconds = once(lab, server, server.url)
        return seconds, server.use().cpu_seconds - before.cpu_seconds


def undo(lab, snapshot):
    """`cleanup undo` of all that a run has removed: seconds of the command, with its start."""
    with snapshot.server(lab) as server:
        once(lab, server, server.url)
        run = json.loads(server.client.command("LINDEX", "mcp:sessiond:runs", 0))["run"]
        with Sessiond(lab, server, dead_after=DEAD_AFTER, cleanup="mode: dry-run, every: 1h") as daemon:
            daemon.wait_readings(1)
            before = server.use()
            began = time.monotonic()
            done = subprocess.run(
                [lab.sessiond, "cleanup", "undo", run, "--server", f"http://127.0.0.1:{daemon.http_port}"],
                env={**os.environ, "MCP_SESSIOND_TOKEN": TOKEN}, stdin=subprocess.DEVNULL, capture_output=True,
                text=True, timeout=ONCE_SECONDS)
            seconds, cpu = time.monotonic() - began, server.use().cpu_seconds - before.cpu_seconds
        back = server.session_keys(lab)
    if done.returncode != 0 or back != snapshot.sessions:
        raise BenchmarkError(f"{back} of {snapshot.sessions} sessions are back: {(done.stderr or done.stdout).strip()}")
    lab.results.add("an undo of all that a run removed", snapshot.sessions, WHO, seconds, "{:.2f} s",
                    [("Redis' CPU {:.1f} µs a key", 1e6 * cpu / snapshot.sessions)])


# Other clients


def show_others(lab, snapshot):
    """p99 of another client while nobody removes anything, and while the daemon does at its usual rate: on the cores
    that Redis and that client use too, and giving way to them."""
    removing = f"mode: delete, every: 1s, {AT_ONCE}"
    for who, cleanup, gives_way in (
        ("nobody removes", "mode: off", False),
        (REMOVING, removing, False),
        (GIVING_WAY, removing, True),
    ):
        with snapshot.server(lab) as server, Sessiond(
                lab, server, dead_after=DEAD_AFTER, cleanup=cleanup, gives_way=gives_way) as daemon:
            daemon.wait_readings(1)
            before = snapshot.sessions
            if who.startswith(WHO):
                daemon.wait("the run", lambda: server.session_keys(lab) < before, BEGIN_SECONDS, 0.2)
            time.sleep(SETTLE_SECONDS)
            first, started = server.session_keys(lab), time.monotonic()
            answer = run_json([lab.program("latency"), server.address, str(lab.seconds), str(server.other_keys)])
            removed = (first - server.session_keys(lab)) / (time.monotonic() - started)
            lab.results.add(P99, snapshot.sessions, who, answer["p99_us"], "{:.0f} µs", [
                ("p50 {:.0f} µs", answer["p50_us"]), ("p99.9 {:.0f} µs", answer["p999_us"]),
                ("{:.0f} keys/s removed", removed)])


# A plan


class Scraping:
    """Scrapes again and again in a thread, and keeps how long the longest one took."""

    def __init__(self, daemon):
        self.url, self.longest, self.count, self.is_ending = daemon.url, 0.0, 0, False
        self.thread = threading.Thread(target=self._scrape)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_ending = True
        self.thread.join()

    def _scrape(self):
        while not self.is_ending:
            began = time.monotonic()
            with urllib.request.urlopen(self.url, timeout=30) as answer:
                answer.read()
            self.longest = max(self.longest, time.monotonic() - began)
            self.count += 1


def may_go(api):
    """How many orphans the plan would remove now."""
    code, body = api.get("/api/v1/cleanup")
    return json.loads(body)["data"]["plan"]["may_go"] if code == 200 else 0


def plan(lab, snapshot):
    """How long plans take while somebody scrapes, and what scrapes take beside them and without them."""
    with snapshot.server(lab) as server, Sessiond(
            lab, server, dead_after=DEAD_AFTER, cleanup=f"mode: dry-run, every: 1h, {AT_ONCE}") as daemon:
        daemon.wait_readings(1)
        with API(daemon.http_port) as api:
            daemon.wait("silence for long enough", lambda: may_go(api) > 0, BEGIN_SECONDS, 0.5)
            with Scraping(daemon) as alone:
                time.sleep(SETTLE_SECONDS)
            taken = []
            with Scraping(daemon) as beside:
                for _ in range(PLANS):
                    began = time.monotonic()
                    code, body = api.get("/api/v1/cleanup")
                    taken.append(1000 * (time.monotonic() - began))
            found = json.loads(body)["data"]["plan"]
            if code != 200 or not found["may_go"]:
                raise BenchmarkError(f"the plan says {body[:400]!r}")
    size = snapshot.sessions
    lab.results.add("a plan, half of them orphans", size, WHO, median(taken), "{:.1f} ms", [
        ("longest {:.1f} ms", max(taken)), ("{:,.0f} may go", found["may_go"])])
    lab.results.add("a scrape beside plans, longest", size, WHO, 1000 * beside.longest, "{:.1f} ms", [
        ("without {:.1f} ms", 1000 * alone.longest), ("{:.0f} scrapes", beside.count)])
