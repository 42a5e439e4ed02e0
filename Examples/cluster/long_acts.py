"""The acts that take long, or that few clusters ever see. They follow those of `acts.py`."""

import asyncio
import contextlib
import signal
import time

import httpx

from acts import act, lose_sessions, restart, restart_all
from daemon_api import ref
from processes import free_ports, until
from proxies import BLIND, FIRST, NEW, NODES, OLD, OLDEST, Traefik


@act("stuck client")
async def stuck_client(stage):
    """A client goes on with a session that it closed."""
    (client,) = await stage.clients(1)
    await stage.known()
    await client.close()
    for _ in range(9):
        await client.call_until(404)
        await asyncio.sleep(9)
    await stage.settled()
    await stage.check_verdict(client.session, "closed")
    await stage.check_finding("clients_stuck")
    for daemon in stage.cluster.daemons:
        _, listing = stage.cluster.ask(daemon, "sessions", "--stuck")
        stage.check(ref(client.session) in listing, f"{daemon.name}: `sessions --stuck` does not list it")
    return "1 client calls a session that it closed, 9 times in 80 s"


@act("drain taken back")
async def drain_taken_back(stage):
    """A node drains; its clients close their sessions; then it serves again."""
    cluster = stage.cluster
    clients = await stage.clients_on("node-1", 3)
    held = [session for session in stage.truth.registered()[0] if session.node == "node-1"]
    await cluster.control("node-1", "drain")
    await stage.check_soon("node-1 drains", lambda daemon: daemon.has_status("draining", "node-1"))
    await stage.check_soon("the drain is an incident", lambda daemon: daemon.has_open("node_drained"))
    await check_would_strand(stage, len(held))
    for client in clients:
        await client.close()
    await check_would_strand(stage, len(held) - 3)
    await cluster.control("node-1", "undrain")
    stage.expect_incident("node_drained", node="node-1")

    async def is_over(daemon):
        return not await daemon.has_open("node_drained")

    await stage.check_soon("the drain is over", is_over)
    for daemon in cluster.daemons:
        told = [one["summary"] for one in await daemon.incidents() if one["node"] == "node-1"]
        stage.check(any("serves again" in summary for summary in told), f"{daemon.name} says of the drain: {told}")
    return "node-1 drains, 3 clients close their sessions, it serves again"


async def check_would_strand(stage, count):
    async def agrees(daemon):
        return (await daemon.data("nodes/node-1", drain=1))["drain"]["would_strand"]["sessions"] == count

    await stage.check_soon(f"{count} sessions would be stranded", agrees)


@act("node paused")
async def node_paused(stage):
    """A node stands still until the proxy gives it up, and goes on before it counts as dead."""
    cluster = stage.cluster
    (client,) = await stage.clients_on("node-2")
    paused, began = cluster.boot("node-2").boot, time.monotonic()
    cluster.processes["node-2"].send(signal.SIGSTOP)

    async def given_up():
        with contextlib.suppress(httpx.TimeoutException):
            return (await cluster.probe(cluster.cookie("node-2"), seconds=0.2)).headers.get("x-mcp-boot") != paused

    try:
        await until("the proxy to give up node-2", given_up, 5)
        await client.call_until(404)
        await asyncio.sleep(began + cluster.times.pause - time.monotonic())
    finally:
        cluster.processes["node-2"].send(signal.SIGCONT)
    await cluster.reaches("node-2")
    return f"node-2 stands still for {time.monotonic() - began:.0f} s; 1 client is sent elsewhere"


@act("all nodes down", alerts=["McpAllNodesDown"])
async def all_nodes_down(stage):
    """Nobody serves: the proxy answers 503, which is no refusal."""
    cluster = stage.cluster
    clients = await stage.clients(3)
    for node in NODES:
        await cluster.end_node(node, signal.SIGKILL)
        stage.expect_incident("node_died", node=node)
    statuses = {await client.call_until(503) for client in clients}
    await stage.check_soon("all nodes are dead", lambda daemon: daemon.has_status("dead", *NODES))
    await stage.check_finding("no_node_alive")
    await asyncio.gather(*(cluster.start_node(node) for node in NODES))
    await asyncio.gather(*(cluster.reaches(node) for node in NODES))
    await stage.check_soon("all nodes are alive", lambda daemon: daemon.has_status("alive", *NODES))
    for client in clients:
        await client.call_until(404)
    return f"all nodes are killed, 3 clients get {statuses}, all come back"


@act("node moved", proxies=[Traefik])
async def node_moved(stage):
    """A node comes back on another port, and the proxy is told."""
    cluster = stage.cluster
    clients = await stage.clients_on("node-2", 2)
    await cluster.end_node("node-2", signal.SIGINT)
    (cluster.ports["node-2"],) = free_ports(1)
    await cluster.start_node("node-2")
    cluster.proxy.write(cluster)
    await cluster.reaches("node-2")
    await stage.check_soon("node-2 is alive", lambda daemon: daemon.has_status("alive", "node-2"))
    for client in clients:
        await client.call_until(404)
    stage.expect_incident("node_restarted", "node_died", node="node-2")
    return "node-2 moves to another port under 2 clients"


@act("other host name", proxies=[Traefik])
async def other_host_name(stage):
    """The proxy calls the nodes by another name than their heartbeats, and so voids its cookies."""
    first, *others = await stage.clients(4)
    await call_nodes(stage, "localhost")
    statuses = [await client.call_until(200, 404) for client in [*others, first]]
    await stage.clients(3)  # whose answers show which node is behind which URL
    await stage.settled()
    found = await stage.cluster.b.findings()
    stage.check("addresses_differ" in found, f"B does not name the other addresses, but {', '.join(found)}")
    code, said = stage.cluster.ask(stage.cluster.b, "doctor")
    stage.check("localhost" in said, f"B: `doctor` does not name the other host, and exits with {code}")
    return f"Traefik calls the nodes' host localhost: {statuses.count(404)} of 4 clients lost their node"


async def call_nodes(stage, host):
    stage.cluster.proxied_host = host
    stage.cluster.proxy.write(stage.cluster)
    await asyncio.gather(*(stage.cluster.reaches(node) for node in NODES))


@act("zombie by that name", proxies=[Traefik])
async def zombie_by_that_name(stage):
    """A zombie whose URL in the access log is not that of its heartbeat."""
    return await lose_sessions(stage, "node-1")


@act("name taken back", proxies=[Traefik])
async def name_taken_back(stage):
    """The mend of both."""
    await call_nodes(stage, "127.0.0.1")
    return await restart(stage, "node-1")


@act("set back to 3.3.3", proxies=[Traefik])
async def set_back(stage):
    """Traefik is set back, and does not know the newer cookies."""
    return await other_traefik(stage, OLDEST)


@act("3.3.3 to 3.7.15", proxies=[Traefik])
async def upgrade_far(stage):
    """Traefik is upgraded over both changes at once."""
    return await other_traefik(stage, NEW)


@act("set back to 3.0.4", proxies=[Traefik])
async def set_back_to_first(stage):
    """The same with the first version of the series."""
    return await other_traefik(stage, FIRST)


@act("3.0.4 to 3.3.4", proxies=[Traefik])
async def upgrade_from_first(stage):
    """Traefik is upgraded from the first version."""
    return await other_traefik(stage, OLD)


async def other_traefik(stage, version):
    refused = await stage.change_traefik(version, 6)
    return f"Traefik {version} in place under 6 clients: {len(refused)} lost their node"


@act("FLUSHALL", alerts=["McpSessionsVanished"])
async def flushed(stage):
    """The registry is emptied while nodes serve: they serve on, and whoever goes astray is told why."""
    cluster = stage.cluster
    (astray,) = await stage.clients_on("node-1")
    (settled,) = await stage.clients_on("node-2")
    await cluster.redis("FLUSHALL")
    for session in stage.truth.sessions.values():
        stage.truth.end(session.id, "vanished")
    stage.expect_incident("registry_flushed")

    async def noticed(daemon):
        return (await daemon.data("status"))["sessions"]["registered"] == 0 and await daemon.ready()

    await stage.check_soon("the registry is empty", noticed)
    stage.check(await settled.call() == 200, "test bed: a session is not served after FLUSHALL")
    astray.set_cookie(cluster.cookie("node-3"))
    await astray.call_until(404)
    await stage.settled()
    await stage.check_verdict(astray.session, "vanished")
    for node in NODES:  # else they hold sessions that the registry does not know
        await cluster.end_node(node, signal.SIGINT)
        await cluster.start_node(node)
        await cluster.reaches(node)
        stage.expect_incident("node_restarted", "node_died", node=node)
    return "the registry is emptied; 1 client goes on, 1 goes astray; the nodes are restarted"


@act("quiet again", proxies=[Traefik])
async def quiet_again(stage):
    """Stickiness was mended: after its window the incident is over."""
    began = time.monotonic()

    async def over(daemon):
        return not await daemon.has_open("stickiness_broken")

    await stage.check_soon("the end of stickiness_broken", over, 400)
    return f"the incident of the lost cookie ends; {time.monotonic() - began:.0f} s later"


@act("restart, many")
async def restart_many(stage):
    """A rolling restart under many clients is no broken stickiness."""
    happened = await restart_all(stage, signal.SIGINT, ("node_restarted", "node_died"), clients=30)
    for daemon in stage.cluster.daemons:
        broken = await daemon.has_open("stickiness_broken")
        stage.check(not broken, f"{daemon.name} takes a rolling restart for broken stickiness")
    return happened


@act("without sessions", proxies=[Traefik])
async def sessionless(stage):
    """Requests of the sessionless revision, which need no stickiness. These nodes refuse them with 400."""
    async def seen():
        events = (await stage.cluster.b.data("status"))["events"]
        return events["sessionless_requests"], events["session_requests"]

    before, sessions = await seen()
    async with stage.truth.http() as http:
        for number in range(5):
            headers = {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call"}
            call = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"name": "echo"}}
            await http.post("/mcp", headers=headers, json=call)
    await stage.settled()
    after = await seen()
    stage.check(after == (before + 5, sessions), f"B saw {after} requests; right is {(before + 5, sessions)}")
    return "5 requests of the revision that knows no sessions"


@act("blind logs", proxies=[Traefik])
async def blind_logs(stage):
    """Access logs that cannot tell of sessions: B says so, and what to put where."""
    cluster = stage.cluster
    for log in BLIND:
        await cluster.start_proxy(Traefik(NEW, log))
        for client in await stage.clients(4):
            for _ in range(6):
                await client.call_until(200)
    await stage.settled()
    found = await cluster.b.findings()
    stage.check("log_cannot_tell" in found, f"B does not say that a log cannot tell, but {', '.join(found)}")
    _, said = cluster.ask(cluster.b, "doctor")
    stage.check("Mcp-Session-Id: keep" in said, "B: `doctor` has no settings for such logs")
    for log in BLIND:
        stage.check(log in said, f"B: `doctor` does not name {log}")
    share = (await cluster.b.data("status"))["events"]["session_share"]
    stage.check(share is None, f"B: session_share is {share}, though three logs cannot tell")
    await cluster.start_proxy(Traefik(NEW))
    return f"Traefik writes {', '.join(BLIND)}"
