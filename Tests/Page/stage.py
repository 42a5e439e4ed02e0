"""A private redis-server, nodes that beat, and the daemon on a port that the kernel chose: all of it gone with `close`."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("MCP_SESSIOND_PROGRAM", ROOT / ".build/debug/mcp-sessiond"))
# Longest wait for anything.
WAIT_SECONDS = 60
# When all nodes started.
STARTED_AT = time.time() - 600
TOKENS = {scope: f"{scope}-token-of-the-page-tests" for scope in ("read", "events", "cleanup")}


def wait_for(what, condition, seconds=WAIT_SECONDS):
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.05)
    return value


def ref(session_id):
    return "s:" + hashlib.sha256(session_id.encode()).hexdigest()[:16]


class Redis:
    """A redis-server on a unix socket of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.path = f"{folder}/redis.sock"
        self.process = None
        self.lock = threading.Lock()
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.path, "--save", "", "--dir", self.folder],
            stdout=subprocess.DEVNULL)
        wait_for("redis-server", self.answers)

    def answers(self):
        try:
            return self.command("PING") == "PONG"
        except OSError:
            return False

    def stop(self):
        self.process.kill()
        self.process.wait()

    def command(self, *words):
        """One command, its simple answer as text."""
        with self.lock, socket.socket(socket.AF_UNIX) as link:
            link.settimeout(WAIT_SECONDS)
            link.connect(self.path)
            parts = [str(word).encode() for word in words]
            link.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
            answer = link.makefile("rb").readline().decode().rstrip()
            if answer.startswith("-"):
                raise RuntimeError(answer)
            return answer[1:]


class Stage:
    """`nodes` beat until they are killed; `open_reads`: on loopback, else a token is needed for everything."""

    def __init__(self, nodes=("node-1", "node-2", "node-3"), open_reads=True):
        self.folder = tempfile.mkdtemp(prefix="page")
        self.redis = Redis(self.folder)
        self.alive = set(nodes)
        self.beating_lock = threading.Lock()
        self.is_over = threading.Event()
        self.beat()
        self.beating = threading.Thread(target=self.keep_beating)
        self.beating.start()
        self.daemon = None
        self.port = 0
        self.host = "127.0.0.1" if open_reads else "0.0.0.0"
        self.write("tokens", "".join(f"{scope} {token}\n" for scope, token in TOKENS.items()))
        os.chmod(f"{self.folder}/tokens", 0o600)

    def __enter__(self):
        self.start_daemon()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.beating.join()
        self.stop_daemon()
        self.redis.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"

    def write(self, name, text):
        Path(self.folder, name).write_text(text)

    # -- Redis

    def beat(self):
        with self.beating_lock:
            for node in sorted(self.alive):
                value = {"boot": f"boot-of-{node}", "started_at": STARTED_AT, "version": "1.4.2"}
                self.redis.command("SET", f"mcp:node:{node}", json.dumps(value), "PX", 10000)

    def keep_beating(self):
        while not self.is_over.wait(0.4):
            try:
                self.beat()
            except OSError:
                pass  # Redis is stopped for a while.

    def keep_removed(self, run, session):
        """Keeps a session as one that this run has removed, an hour ago."""
        now = int(time.time() * 1000)
        report = {"v": 1, "run": run, "by": "schedule", "dry_run": False, "action": "delete",
                  "epoch": 1, "began": now - 3_600_000, "ended": now - 3_599_000, "result": "completed", "why": None,
                  "orphans": 2, "cleaned": {"owner_dead": 2}, "skipped": {}, "brakes": []}
        self.redis.command("DEL", "mcp:sessiond:runs")
        self.redis.command("LPUSH", "mcp:sessiond:runs", json.dumps(report))
        script = """
            redis.call('SET', KEYS[1], ARGV[3])
            local record = ''
            for _, field in ipairs({KEYS[1], '-', 'node-9', 'b9', 'owner_dead', redis.call('DUMP', KEYS[1])}) do
                record = record .. #field .. ':' .. field .. ','
            end
            redis.call('DEL', KEYS[1])
            redis.call('HSET', KEYS[2] .. ':' .. ARGV[1], ARGV[2], record)
            local count = redis.call('HLEN', KEYS[2] .. ':' .. ARGV[1])
            return redis.call('HSET', KEYS[2], ARGV[1], count .. ' ' .. #record .. ' ' .. ARGV[4])"""
        self.redis.command(
            "EVAL", script, 2, f"mcp:session:{session}", "mcp:sessiond:{undo}", f"{run}:0", ref(session),
            json.dumps({"node": "node-9", "boot": "b9"}), now + 3_600_000)

    def kill(self, node):
        """It beats no more, and its last heartbeat runs out soon: on a loaded machine the others' last longer. One that
        was deleted would be a goodbye."""
        with self.beating_lock:
            self.alive.discard(node)
            value = {"boot": f"boot-of-{node}", "started_at": STARTED_AT, "version": "1.4.2"}
            self.redis.command("SET", f"mcp:node:{node}", json.dumps(value), "PX", 2500)

    def register(self, session_id, node, client="claude-code 2.1.5"):
        value = {"node": node, "boot": f"boot-of-{node}", "created_at": time.time() - 300, "client": client}
        self.redis.command("SET", f"mcp:session:{session_id}", json.dumps(value), "EX", 86400)

    # -- The daemon

    def start_daemon(self):
        self.write(
            "config.yaml",
            f"redis: {{url: 'unix://{self.redis.path}?db=0'}}\n"
            "nodes: {dead_after: 4s, unknown_after: 8s}\n"
            "watch: {scan_every: 2s}\n"
            f"events: {{http: true, state_dir: '{self.folder}/state'}}\n"
            "cleanup: {mode: dry-run, every: 1h, settle: 1s}\n"
            f"http: {{listen: '{self.host}:{self.port}', tokens_file: '{self.folder}/tokens'}}\n")
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MCP_SESSIOND_")}
        with open(f"{self.folder}/log", "w") as log:
            self.daemon = subprocess.Popen(
                [str(PROGRAM), "serve", "--config", f"{self.folder}/config.yaml"], stderr=log, env=environment)
        self.port = int(wait_for("the daemon to listen", self.listening_port))
        wait_for("a complete view", lambda: self.get("readyz")[0] == 200)

    def listening_port(self):
        if self.daemon.poll() is not None:
            raise RuntimeError("the daemon ended: " + Path(self.folder, "log").read_text())
        for line in Path(self.folder, "log").read_text().splitlines():
            record = json.loads(line) if line.startswith("{") else {}
            if "port" in record:
                return record["port"]
            if "port" in record.get("metadata", {}):
                return record["metadata"]["port"]
        return None

    def stop_daemon(self):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.terminate()
            self.daemon.wait()

    # -- Asking

    def get(self, path, token=None):
        return self.ask("GET", path, None, token)

    def ask(self, method, path, body=None, token=None):
        """Status and body."""
        request = urllib.request.Request(self.url + path, method=method, data=body)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def refuse(self, session_id, node, registered=True, times=1):
        """So many requests for the session reached the node, which does not hold it."""
        message = "session exists in registry but not on this node" if registered else "session not found in registry"
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        line = json.dumps({
            "timestamp": stamp, "level": "WARN", "target": "mcp_node::session",
            "fields": {"message": message, "session_id": session_id, "node": node}})
        status, body = self.ask("POST", "api/v1/events", (line + "\n").encode() * times, TOKENS["events"])
        assert status == 200 and json.loads(body)["accepted"] == times, body
