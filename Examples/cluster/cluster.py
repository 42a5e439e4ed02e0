"""The cluster: Redis, three nodes, a proxy, two daemons and Prometheus, all in one folder."""

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
import ssl
import string
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from daemon_api import Daemon
from processes import Failure, Process, free_ports, until, write_pids
from proxies import BLIND, COOKIE, NODES
from resp import RegistryError, Redis

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


@dataclass
class Boot:
    """One process life of a node, as the test bed knows it."""

    node: str
    boot: str
    ready_at: float
    stopping_at: float | None = None  # when it was told to end, or killed
    forgot_at: float | None = None    # when it lost its sessions and went on: a zombie


@dataclass(frozen=True)
class Times:
    """How fast the cluster's clocks tick, in seconds."""

    heartbeat: float  # between two heartbeats
    lifetime: int     # of a heartbeat's key
    dead_after: int   # nodes.dead_after
    pause: float      # of a node that goes on before it counts as dead


QUICK = Times(heartbeat=0.5, lifetime=3, dead_after=3, pause=0)
USUAL = Times(heartbeat=5, lifetime=15, dead_after=15, pause=9)  # what the settings are by default


class Cluster:
    """Everything that runs, by name, and the ports that it listens on."""

    def __init__(self, folder, binary, times=QUICK):
        self.folder, self.binary, self.times = Path(folder), binary, times
        names = ("redis", "https", "http", "a", "b", "prometheus", *NODES)
        self.ports = dict(zip(names, free_ports(len(names)), strict=True))
        self.proxied_host = "127.0.0.1"  # as the proxy calls the host of the nodes
        self.processes = {}
        self.boots = {}  # boot -> Boot, of all nodes
        self.redis = Redis(self.ports["redis"])
        self.a = Daemon("A", f"http://127.0.0.1:{self.ports['a']}")
        self.b = Daemon("B", f"http://127.0.0.1:{self.ports['b']}")
        self.daemons = (self.a, self.b)
        self.web = httpx.AsyncClient(timeout=5)  # for everything that is no client of the cluster
        self.proxy = None

    # All of it

    async def start(self, proxy):
        self.folder.mkdir(parents=True, exist_ok=True)
        for state in ("state-a", "state-b", "redis"):
            (self.folder / state).mkdir(exist_ok=True)
        self.make_certificates()
        (self.folder / "tokens").write_text("read,reveal,cleanup,events test-bed-token-of-daemon-a\n")
        (self.folder / "tokens").chmod(0o600)
        for node in NODES:
            (self.folder / f"{node}.log").touch()
        for log in (proxy.log, *BLIND):
            (self.folder / log).touch()
        await self.start_redis()
        await asyncio.gather(*(self.start_node(node) for node in NODES))
        await self.start_proxy(proxy)
        await asyncio.gather(*(self.start_daemon(daemon) for daemon in self.daemons))
        self.write("prometheus.yaml", "prometheus.yaml")
        self.run(
            "prometheus", "prometheus", f"--config.file={self.folder}/prometheus.yaml",
            f"--storage.tsdb.path={self.folder}/prometheus", "--log.level=warn",
            f"--web.listen-address=127.0.0.1:{self.ports['prometheus']}")

    async def stop(self):
        """Ends everything: the daemons first, so that they do not see the rest go."""
        for name in ("prometheus", "daemon-a", "daemon-b", "proxy", *NODES, "redis"):
            if process := self.processes.get(name):
                with contextlib.suppress(Failure):  # it was killed then
                    await process.stop(signal.SIGINT if name in NODES else signal.SIGTERM)
        self.redis.close()
        await self.web.aclose()

    def run(self, name, *command):
        self.processes[name] = Process(self.folder, name, [str(word) for word in command])
        write_pids(self.folder / "pids.json", self.processes.values())

    def write(self, name, template, edit=str, **values):
        """A file of the folder from a template of `settings/`; it appears at once and whole."""
        text = string.Template((HERE / "settings" / template).read_text()).substitute(
            self.ports, folder=self.folder, root=ROOT, dead_after=f"{self.times.dead_after}s", **values)
        (self.folder / f".{name}").write_text(edit(text))
        (self.folder / f".{name}").replace(self.folder / name)

    def make_certificates(self):
        """A throw-away authority, and a certificate of it for the proxy."""
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        (self.folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        for command in (
            ["req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=throw-away test bed CA"],
            ["req", *key[:-2], "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=localhost"],
            ["x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
             "-days", "2", "-extfile", "names", "-out", "cert.pem"],
        ):
            done = subprocess.run(["openssl", *command], cwd=self.folder, capture_output=True, text=True)
            if done.returncode:
                raise Failure(f"openssl {command[0]}: {done.stderr.strip().splitlines()[-1]}")

    def tls(self):
        return ssl.create_default_context(cafile=self.folder / "ca.pem")

    # Redis

    async def start_redis(self):
        self.run(
            "redis", "redis-server", "--bind", "127.0.0.1", "--port", self.ports["redis"],
            "--dir", self.folder / "redis", "--save", "", "--appendonly", "yes")
        await until("Redis to answer", self.redis_answers)

    async def redis_answers(self):
        self.processes["redis"].check()
        try:
            return await self.redis("PING") == "PONG"
        except RegistryError:
            return False

    # Nodes

    def url(self, node):
        """A node's URL, as its heartbeat says it."""
        return f"http://127.0.0.1:{self.ports[node]}"

    def proxied_url(self, node):
        """A node's URL, as the proxy is configured with it."""
        return f"http://{self.proxied_host}:{self.ports[node]}"

    @property
    def proxy_logs(self):
        """The files that daemon B reads."""
        return (self.proxy.log,) if self.proxy.name == "HAProxy" else ("access.log", *BLIND)

    @property
    def is_other_host(self):
        """Whether the proxy calls the nodes by another name than their heartbeats."""
        return self.proxied_host != "127.0.0.1"

    async def start_node(self, node):
        self.run(
            node, sys.executable, HERE / "node.py", "--name", node, "--port", self.ports[node],
            "--redis", self.ports["redis"], "--url", self.url(node), "--heartbeat", self.times.heartbeat,
            "--lifetime", self.times.lifetime)
        health = await until(f"{node} to serve", lambda: self.health(node), 30)
        self.boots[health["boot"]] = Boot(node, health["boot"], time.time())

    async def health(self, node):
        self.processes[node].check()
        try:
            return (await self.web.get(f"http://127.0.0.1:{self.ports[node]}/health")).json()
        except httpx.TransportError:
            return None

    def boot(self, node):
        """The latest boot of a node."""
        return next(boot for boot in reversed(self.boots.values()) if boot.node == node)

    def successor(self, boot):
        """The next boot of the same node, or None."""
        later = itertools.dropwhile(lambda other: other is not boot, self.boots.values())
        return next((other for other in itertools.islice(later, 1, None) if other.node == boot.node), None)

    async def end_node(self, node, number):
        """SIGKILL: it dies. SIGINT: it ends unannounced. SIGTERM: it drains first."""
        self.boot(node).stopping_at = time.time()
        await self.processes[node].stop(number)

    async def control(self, node, order):
        if order == "forget":
            self.boot(node).forgot_at = time.time()
        (await self.web.post(f"http://127.0.0.1:{self.ports[node]}/control/{order}")).raise_for_status()

    # The proxy

    async def start_proxy(self, proxy):
        """Starts this proxy, instead of the one that runs."""
        if running := self.processes.get("proxy"):
            await running.stop()
        self.proxy = proxy
        proxy.write(self)
        self.run("proxy", *proxy.command(self))
        await asyncio.gather(*(self.reaches(node) for node in NODES if self.processes[node].running))

    async def set_stickiness(self, sticky):
        """Switches Traefik's sticky cookie off or on by a reload, as an operator would."""
        self.proxy.write(self, sticky)

        async def happened():
            return bool((await self.probe()).headers.get("set-cookie")) == sticky

        await until("the reload of Traefik", happened)

    async def probe(self, cookie=None, seconds=5):
        """A request to `/mcp` without a session: nothing that a daemon counts."""
        async with httpx.AsyncClient(verify=self.tls(), timeout=seconds) as web:
            headers = {"cookie": f"{COOKIE}={cookie}"} if cookie else {}
            return await web.get(f"https://127.0.0.1:{self.ports['https']}/mcp", headers=headers)

    async def reaches(self, node):
        """Waits until the proxy sends to a node what is pinned to it."""
        async def happened():
            self.processes["proxy"].check()
            try:
                answer = await self.probe(self.cookie(node))
                return answer.headers.get("x-mcp-boot") == self.boot(node).boot
            except httpx.TransportError:
                return False

        await until(f"{self.proxy.name} to reach {node}", happened)

    def cookie(self, node, proxy=None):
        """The value of a node's sticky cookie, as this proxy writes it, or the one that runs."""
        return (proxy or self.proxy).cookie(self.proxied_url(node), node)

    # Daemons

    async def start_daemon(self, daemon):
        name = daemon.name.lower()
        proxy = self.proxy.name.lower()
        template = "daemon/a.yaml" if daemon is self.a else f"daemon/b-{proxy}.yaml"
        self.write(f"daemon-{name}.yaml", template, proxy=proxy)
        self.run(f"daemon-{name}", self.binary, "serve", "--config", self.folder / f"daemon-{name}.yaml")

        async def ready():
            self.processes[f"daemon-{name}"].check()
            return await daemon.ready()

        await until(f"daemon {daemon.name} to be ready", ready, 30)

    def ask(self, daemon, *verb):
        """A query verb of the command line: its exit code and what it prints."""
        done = subprocess.run(
            [self.binary, *verb, "--server", daemon.url], capture_output=True, text=True, timeout=10,
            env={**os.environ, "NO_COLOR": "1"})
        return done.returncode, done.stdout + done.stderr

    # Prometheus

    async def query(self, expression):
        """The series of an instant query."""
        answer = await self.web.get(
            f"http://127.0.0.1:{self.ports['prometheus']}/api/v1/query", params={"query": expression})
        return answer.json()["data"]["result"]

    async def scrapes_both(self):
        return [series["value"][1] for series in await self.query('up{job="mcp-sessiond"}')] == ["1", "1"]

    async def broken_rules(self):
        """The rules that cannot be evaluated, with the reason."""
        answer = await self.web.get(f"http://127.0.0.1:{self.ports['prometheus']}/api/v1/rules")
        return [
            f"{rule['name']}: {rule['lastError']}"
            for group in answer.json()["data"]["groups"] for rule in group["rules"] if rule.get("lastError")
        ]


def find_binary():
    """The daemon: SESSIOND_BINARY, or what was built."""
    built = [ROOT / ".build" / kind / "mcp-sessiond" for kind in ("release", "debug")]
    for path in filter(None, [os.environ.get("SESSIOND_BINARY"), *built]):
        if found := shutil.which(path):
            return str(Path(found).resolve())
    raise Failure("no mcp-sessiond: run `swift build`, or set SESSIOND_BINARY")
