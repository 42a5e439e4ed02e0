"""Clients of the cluster, and the truth: what each of their requests was answered, by which process."""

import time
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from http.cookies import SimpleCookie

import httpx

from processes import until
from proxies import COOKIE

PROTOCOL = "2025-06-18"
HEADERS = {"accept": "application/json, text/event-stream", "mcp-protocol-version": PROTOCOL}


@dataclass
class Session:
    """A session, and the process that opened it."""

    id: str
    node: str
    boot: str
    opened_at: float
    gone: str | None = None  # how it ended, in the words of the verdicts
    gone_at: float | None = None


@dataclass(frozen=True)
class Exchange:
    """A request and its answer."""

    at: float
    method: str
    session: str | None
    status: int
    node: str | None   # that answered; None: the proxy did
    boot: str | None
    cookie: str | None  # the sticky cookie that was sent
    given: str | None   # the one that came back
    proxy: object       # that routed it

    @property
    def refused(self):
        """Whether a node answered that it does not have the session."""
        return self.status == 404 and self.session is not None and self.node is not None


class Truth:
    """Everything that clients saw."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.exchanges = []
        self.sessions = {}
        self.settled = {}  # refused request -> its right verdicts, once daemons have judged it

    def http(self, jar=True, secure=True):
        """An HTTP client whose exchanges are kept; `jar`: whether it keeps cookies."""
        scheme, port = ("https", self.cluster.ports["https"]) if secure else ("http", self.cluster.ports["http"])
        return httpx.AsyncClient(
            base_url=f"{scheme}://127.0.0.1:{port}", verify=self.cluster.tls(), headers={"user-agent": "story/1"},
            cookies=None if jar else CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(10, read=60), event_hooks={"response": [self.note]})

    async def note(self, answer):
        request = answer.request
        exchange = Exchange(
            time.time(), request.method, request.headers.get("mcp-session-id"), answer.status_code,
            answer.headers.get("x-mcp-node"), answer.headers.get("x-mcp-boot"),
            sticky(request.headers.get("cookie")), sticky(answer.headers.get("set-cookie")), self.cluster.proxy)
        self.exchanges.append(exchange)
        opened = answer.headers.get("mcp-session-id")
        if exchange.session is None:
            if opened and exchange.status == 200:
                self.sessions[opened] = Session(opened, exchange.node, exchange.boot, exchange.at)
        elif exchange.method == "DELETE" and exchange.node:  # a node unregisters it, whether or not it held it
            self.end(exchange.session, "closed", exchange.at)

    def end(self, session, how, at=None):
        if (known := self.sessions.get(session)) and not known.gone:
            known.gone, known.gone_at = how, at or time.time()

    def refusals(self, start=0):
        return [exchange for exchange in self.exchanges[start:] if exchange.refused]

    def registered(self):
        """Sessions that should be in the registry: (those that can be served, those that cannot any more)."""
        owned, orphaned = [], []
        for session in self.sessions.values():
            boot = self.cluster.boots[session.boot]
            if not session.gone:
                (orphaned if boot.stopping_at or boot.forgot_at else owned).append(session)
        return owned, orphaned


def sticky(header):
    """The sticky cookie in a header, or None."""
    cookie = SimpleCookie(header or "").get(COOKIE)
    return cookie.value if cookie else None


class Client:
    """A thin client that speaks just enough of the protocol, one request at a time."""

    def __init__(self, truth, **options):
        self.truth = truth
        self.http = truth.http(**options)
        self.session = None

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.http.aclose()  # without a DELETE, like most clients

    async def post(self, method, session=None, **message):
        """The answer to one message; None if there was none."""
        headers = HEADERS | ({"mcp-session-id": session} if session else {})
        try:
            return await self.http.post("/mcp", headers=headers, json={"jsonrpc": "2.0", "method": method, **message})
        except httpx.TransportError:
            return None

    async def initialize(self):
        """Begins a session, wherever the proxy sends it; tries again while nobody takes it."""
        async def opened():
            answer = await self.post("initialize", id=1, params={
                "protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": {"name": "story", "version": "1"}})
            return answer is not None and answer.status_code == 200 and answer.headers["mcp-session-id"]

        self.session = await until("a new session", opened, 20)
        await self.post("notifications/initialized", self.session)

    async def call(self):
        """Calls a tool once: the status of the answer, None if there was none."""
        answer = await self.post(
            "tools/call", self.session, id=2, params={"name": "echo", "arguments": {"text": "hello"}})
        return answer.status_code if answer is not None else None

    async def call_until(self, *statuses, seconds=20):
        """Calls until one of these is the answer."""
        async def answered():
            return (status := await self.call()) in statuses and status

        return await until(f"an answer {statuses} to a call", answered, seconds)

    async def recover(self):
        """Calls as a good client does: after a 404 it begins a new session."""
        if await self.call_until(200, 404) == 404:
            await self.initialize()

    async def close(self):
        """Ends the session with a DELETE: the status of the answer."""
        answer = await self.http.delete("/mcp", headers=HEADERS | {"mcp-session-id": self.session})
        return answer.status_code

    def set_cookie(self, value):
        self.http.cookies.set(COOKIE, value, domain="127.0.0.1")

    @property
    def owner(self):
        """The node that opened its session."""
        return self.truth.sessions[self.session].node
