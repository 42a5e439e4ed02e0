"""The middleware of a node: it registers the MCP sessions of this process in Redis, and says what it does not hold.

An ASGI application that wraps another one, the official SDK's session manager. It writes what docs/what-nodes-write.md
asks for: a record of each session, which its owner alone renews, and the node's heartbeat. The application is asked
first, so a session that is held here never waits for Redis to be served. If the application answers 404, the registry
tells whether the request was misrouted or names no session, and one JSON line is logged. This is a first form; it
becomes a package.
"""

import asyncio
import contextlib
import json
import secrets
import time
from datetime import UTC, datetime

from resp import RegistryError

MONTH = 30 * 24 * 3600


class SessionRegistration:
    """An ASGI middleware that keeps the registry true for the sessions of one process of a node."""

    def __init__(self, app, redis, node, url, *, heartbeat_every, heartbeat_ttl=3, cookie="_mcp_backend", log=print):
        self.app, self.redis, self.node, self.url = app, redis, node, url
        self.heartbeat_every, self.heartbeat_ttl = heartbeat_every, heartbeat_ttl
        self.cookie, self.log = cookie, log
        self.boot = secrets.token_hex(8)
        self.started_at = time.time()
        self.state = "serving"
        self.sessions = {}  # id -> its record

    async def __call__(self, scope, receive, send):
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        session = headers.get("mcp-session-id")
        if session is None and scope["method"] == "POST" and self.state == "draining":
            return await self.turn_away(send)
        if session is not None and scope["method"] == "DELETE":
            await self.unregister(session)  # whatever the local close does
        body = bytearray()

        async def receive_body():
            message = await receive()
            if session is None:
                body.extend(message.get("body", b""))
            return message

        async def send_answer(message):
            if message["type"] == "http.response.start":
                await self.note(message, session, headers, body)
                message["headers"] = [*message["headers"], *self.signature]
            await send(message)

        await self.app(scope, receive_body, send_answer)

    @property
    def signature(self):
        """Headers of each answer that say which process gave it."""
        return [(b"x-mcp-node", self.node.encode()), (b"x-mcp-boot", self.boot.encode())]

    async def turn_away(self, send):
        """Answers 503 to a new session while the node drains."""
        headers = [(b"retry-after", b"1"), (b"content-length", b"0"), *self.signature]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def note(self, answer, session, headers, body):
        """Brings the registry up to date before the client reads the answer."""
        opened = next((value.decode() for name, value in answer["headers"] if name == b"mcp-session-id"), None)
        if session is None:
            if opened and answer["status"] == 200:
                await self.register(opened, body)
        elif answer["status"] == 404:
            await self.refuse(session, headers)
        elif session in self.sessions:
            await self.renew(session)

    # Sessions

    async def register(self, session, body):
        now = time.time()
        client = json.loads(body).get("params", {}).get("clientInfo")
        record = {"node": self.node, "boot": self.boot, "created_at": now, "last_seen": now, "client": client}
        self.sessions[session] = record
        await self.store(session, "EX", MONTH)
        self.say("session_created", session)

    async def renew(self, session):
        """Begins the TTL anew. XX: a key that is gone was ended elsewhere, and stays gone."""
        self.sessions[session]["last_seen"] = time.time()
        await self.store(session, "EX", MONTH, "XX")

    async def store(self, session, *options):
        try:
            await self.redis("SET", session_key(session), json.dumps(self.sessions[session]), *options)
        except RegistryError as error:
            self.say("registry_error", session, error=str(error))

    async def unregister(self, session):
        held = self.sessions.pop(session, None)
        try:
            await self.redis("DEL", session_key(session))
        except RegistryError as error:
            self.say("registry_error", session, error=str(error))
        if held:
            self.say("session_closed", session)

    async def refuse(self, session, headers):
        """Logs a request that this process cannot serve: misrouted where the session is registered, else unknown."""
        facts = {"cookie": cookie_of(headers.get("cookie", ""), self.cookie), "client": headers.get("user-agent")}
        try:
            record = await self.redis("GET", session_key(session))
        except RegistryError as error:
            return self.say("registry_error", session, error=str(error), **facts)
        if record is None:
            return self.say("session_unknown", session, **facts)
        self.say("session_misrouted", session, owner=owner_of(record), **facts)

    def say(self, event, session, **facts):
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.log(json.dumps({
            "timestamp": now, "level": "info" if event in ("session_created", "session_closed") else "warning",
            "event": event, "session_id": session, "node": self.node, "boot": self.boot, **facts,
        }), flush=True)

    # The heartbeat

    async def send_heartbeats(self):
        """Writes the heartbeat until it is cancelled. Without Redis it tries again at the next one."""
        while True:
            with contextlib.suppress(RegistryError):
                await self.write_heartbeat()
            await asyncio.sleep(self.heartbeat_every)

    async def write_heartbeat(self):
        seconds, microseconds = await self.redis("TIME")
        heartbeat = {
            "boot": self.boot, "started_at": self.started_at, "seen_at": int(seconds) + int(microseconds) / 1e6,
            "url": self.url, "sessions": len(self.sessions), "state": self.state,
        }
        await self.redis("SET", f"mcp:node:{self.node}", json.dumps(heartbeat), "EX", self.heartbeat_ttl)

    async def drain(self, draining=True):
        """Takes no new sessions from now on, or takes them again."""
        self.state = "draining" if draining else "serving"
        await self.write_heartbeat()

    async def leave(self):
        """Says goodbye: deletes the heartbeat. Its writer must have been cancelled before."""
        await self.redis("DEL", f"mcp:node:{self.node}")


def session_key(session):
    return f"mcp:session:{session}"


def owner_of(record):
    """The node in a session's record; None if it names none."""
    with contextlib.suppress(ValueError, AttributeError):  # no JSON, or no object
        return json.loads(record).get("node")


def cookie_of(header, name):
    """A cookie's value in a `Cookie` header; None if it is not there."""
    pairs = (pair.strip().partition("=") for pair in header.split(";"))
    return next((value for key, _, value in pairs if key == name), None)
