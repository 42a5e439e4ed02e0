"""A node of the test bed: an MCP server on the official SDK, with the middleware that registers its sessions.

SIGTERM drains it: it says so in its heartbeat, serves on for `--drain` seconds, ends, and deletes its heartbeat. SIGINT
ends it at once and says nothing, like a deploy without a drain. `POST /control/...` is for tests alone: `drain`,
`undrain`, and `forget`, which makes a zombie of it: its sessions are lost and its heartbeat goes on.
"""

import argparse
import asyncio
import contextlib
import logging
import signal

import uvicorn
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.responses import JSONResponse, PlainTextResponse

from middleware import SessionRegistration
from resp import RegistryError, Redis

ECHO = types.Tool(
    name="echo", description="Says what it was told.",
    inputSchema={"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
)


def mcp_server():
    """An MCP server with one tool."""
    server = Server("test-bed")

    @server.list_tools()
    async def list_tools():
        return [ECHO]

    @server.call_tool()
    async def call_tool(name, arguments):
        return [types.TextContent(type="text", text=arguments["text"])]

    return server


class Node:
    """The ASGI application: `/mcp` with its sessions, `/health` for the proxy, `/control/...` for tests."""

    def __init__(self, options):
        self.manager = StreamableHTTPSessionManager(mcp_server(), session_idle_timeout=None)
        self.registration = SessionRegistration(
            self.manager.handle_request, Redis(options.redis), options.name, options.url,
            heartbeat_every=options.heartbeat, heartbeat_ttl=options.lifetime)

    async def __call__(self, scope, receive, send):
        if scope["path"] == "/mcp":
            await self.registration(scope, receive, send)
        else:
            await (await self.answer(scope["path"]))(scope, receive, send)

    async def answer(self, path):
        """The answer to everything that is not MCP."""
        match path:
            case "/":
                return PlainTextResponse("a node of the test bed\n")
            case "/health":
                return JSONResponse({"node": self.registration.node, "boot": self.registration.boot})
            case "/control/drain" | "/control/undrain":
                await self.registration.drain(path == "/control/drain")
            case "/control/forget":
                self.manager._server_instances.clear()  # the SDK has no way to lose sessions on purpose
            case _:
                return PlainTextResponse("nothing here\n", 404)
        return PlainTextResponse("done\n")


class QuietServer(uvicorn.Server):
    """A uvicorn server that leaves signals alone."""

    @contextlib.contextmanager
    def capture_signals(self):
        yield


async def serve(options):
    node = Node(options)
    registration = node.registration
    server = QuietServer(uvicorn.Config(
        node, host="127.0.0.1", port=options.port, lifespan="off", access_log=False, log_level="warning",
        timeout_graceful_shutdown=1))
    stop = asyncio.get_running_loop().create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, lambda n=number: stop.done() or stop.set_result(n))

    async with node.manager.run():
        await registration.write_heartbeat()
        heartbeats = asyncio.create_task(registration.send_heartbeats())
        serving = asyncio.create_task(server.serve())
        await asyncio.wait([stop, serving], return_when=asyncio.FIRST_COMPLETED)
        drained = stop.done() and stop.result() == signal.SIGTERM
        if drained:
            with contextlib.suppress(RegistryError):
                await registration.drain()
            await asyncio.sleep(options.drain)
        # No heartbeat is written once requests may be refused.
        heartbeats.cancel()
        server.should_exit = True
        await serving
        if drained:
            with contextlib.suppress(RegistryError):
                await registration.leave()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--name", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--redis", type=int, required=True, metavar="PORT")
    parser.add_argument("--url", required=True, help="as the proxy is configured with it")
    parser.add_argument("--heartbeat", type=float, default=0.5, metavar="SECONDS")
    parser.add_argument("--lifetime", type=int, default=3, metavar="SECONDS", help="of the heartbeat's key")
    parser.add_argument("--drain", type=float, default=1, metavar="SECONDS")
    logging.basicConfig(level=logging.WARNING)  # on stderr: stdout is for the lines about sessions
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
