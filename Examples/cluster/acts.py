"""The acts of the story, in the order in which they are played."""

import asyncio
import contextlib
import signal
import uuid

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from processes import until
from proxies import NEW, NODES, OLD, HAProxy, Traefik
from stage import Act

def act(name, alerts=(), proxies=(Traefik, HAProxy)):
    """Makes an act of a coroutine function."""
    return lambda play: Act(name, play, frozenset(alerts), proxies)


@act("steady")
async def steady(stage):
    """Clients that keep their cookies, on the SDK and thin ones; other paths beside them."""
    await asyncio.gather(*(sdk_client(stage) for _ in range(3)))
    clients = await stage.clients(9)
    statuses = [await client.call_until(200, 404) for client in clients * 3]
    stage.check(set(statuses) == {200}, f"test bed: calls were answered {set(statuses)}")
    for client in clients[:3]:
        await client.close()
    for path in ("/", "/nothing", "/"):
        await clients[0].http.get(path)
    return "3 SDK and 9 thin clients keep cookies, 3 close; other paths go round-robin"


async def sdk_client(stage):
    """One client on the official SDK: a stream is open while it calls, and it closes its session."""
    # Once in a while such a client (SDK 1.30) waits for ever for an answer that was sent. Then its session stays open.
    with contextlib.suppress(TimeoutError):
        async with (
            asyncio.timeout(10),
            stage.truth.http() as http,
            streamable_http_client(f"{http.base_url}/mcp", http_client=http) as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            for _ in range(3):
                await session.call_tool("echo", {"text": "hello"})


@act("3.3.3 to 3.3.4", proxies=[Traefik])
async def upgrade_to_old(stage):
    """Traefik is upgraded in place, and does not know its own cookies any more."""
    refused = await stage.change_traefik(OLD, 4)
    await asyncio.gather(*(client.call_until(404) for client in refused))  # now with the cookie of a wrong node
    await stage.settled()
    for client in refused[:1]:
        await stage.check_verdict(client.session, "misrouted", "certain", "cookie_old_scheme")
    return f"Traefik upgraded in place under 4 clients: {len(refused)} lost their node, and call twice"


@act("3.3.4 to 3.7.15", proxies=[Traefik])
async def upgrade_to_new(stage):
    """The next upgrade changes no cookie."""
    clients = await stage.clients(4)
    await stage.cluster.start_proxy(Traefik(NEW))
    statuses = {await client.call_until(200, 404) for client in clients}
    stage.check(statuses == {200}, f"test bed: calls were answered {statuses}")
    return "Traefik upgraded again under 4 clients: none lost its node"


@act("lost cookies")
async def lost_cookies(stage):
    """Clients that keep no cookies, and one that may not send its own over plain HTTP."""
    clients = await stage.clients(3, jar=False) + await stage.clients(1, secure=False)
    for client in clients * 2:
        await client.call_until(200, 404)
    return "3 clients keep no cookies, 1 has a secure cookie and speaks plain HTTP"


@act("wrong cookies")
async def wrong_cookies(stage):
    """The cookie of another living node, and one that is garbage."""
    elsewhere, garbage = await stage.clients_on("node-1") + await stage.clients_on("node-2")
    elsewhere.set_cookie(stage.cluster.cookie("node-3"))
    await elsewhere.call_until(404)

    async def refused():
        garbage.set_cookie("0123456789abcdef")
        return await garbage.call() == 404

    await until("a refusal of a garbage cookie", refused)
    return "1 client sends another node's cookie, 1 sends garbage"


@act("ended, invented")
async def ended_and_invented(stage):
    """A session that its client closed, one that was closed at the wrong node, and an id that never was."""
    closed, stray = await stage.clients_on("node-1", 2)
    await stage.known()
    await closed.close()
    await closed.call_until(404)
    stray.set_cookie(stage.cluster.cookie("node-2"))
    stage.check(await stray.close() == 404, "test bed: a DELETE at the wrong node was not answered 404")
    invented = await stage.client()
    invented.session = uuid.uuid4().hex
    await invented.call_until(404)
    await stage.settled()
    await stage.check_verdict(closed.session, "closed")
    await stage.check_verdict(stray.session, "closed")
    # Its owner does not know that it is closed. The access log shows which node goes on serving it.
    stray.set_cookie(stage.cluster.cookie("node-1"))
    stage.check(await stray.call() == 200, "test bed: a session that was closed at the wrong node is not served")
    await stage.settled()
    told = await stage.cluster.b.explain(stray.session)
    ghost = any("node-1 served it after its end" in fact["fact"] for fact in told["evidence"])
    stage.check(ghost or isinstance(stage.cluster.proxy, HAProxy), f"B does not name the ghost of {told['ref']}")
    await stage.check_verdict(invented.session, "never_seen")
    return "a closed session is used again, one is closed at the wrong node, one id is invented"


@act("stickiness off", alerts=["McpRequestsMisrouted"], proxies=[Traefik])
async def stickiness_off(stage):
    """A reload takes the sticky cookie away: two of three requests go astray."""
    await stage.cluster.set_stickiness(False)
    start = len(stage.truth.exchanges)
    clients = await stage.clients(6)
    while len(stage.truth.refusals(start)) < 36:
        for client in clients:
            await client.call_until(200, 404)
    await stage.settled()
    await stage.check_finding("requests_misrouted", "stickiness_off")
    for daemon in stage.cluster.daemons:
        code, _ = stage.cluster.ask(daemon, "status")
        stage.check(code == 1, f"{daemon.name}: `status` exits with {code}; right is 1")
    stage.expect_incident("stickiness_broken")
    return "a reload takes the sticky cookie away under 6 new clients"


@act("stickiness on", proxies=[Traefik])
async def stickiness_on(stage):
    """The reload is taken back, and new clients are fine."""
    await stage.cluster.set_stickiness(True)
    clients = await stage.clients(6)
    statuses = {await client.call_until(200, 404) for client in clients * 3}
    stage.check(statuses == {200}, f"test bed: calls were answered {statuses}")
    return "the cookie is back: 6 new clients"


@act("kill -9")
async def kill_nine(stage):
    """A node dies; its clients call and begin anew at once, one calls late, one after the node is back."""
    cluster = stage.cluster
    *quick, late, last = await stage.clients_on("node-1", 5)
    await cluster.end_node("node-1", signal.SIGKILL)
    lost = [client.session for client in quick]
    await asyncio.gather(*(client.call_until(404) for client in quick))
    for session in lost:
        for daemon in cluster.daemons:
            told = await daemon.explain(session)
            stage.check(
                (told["verdict"], told["confidence"]) != ("misrouted", "certain"),
                f"{daemon.name} is certain of misrouted right after kill -9 ({told['ref']})")
    await asyncio.gather(*(client.initialize() for client in quick))
    await stage.check_soon("node-1 is dead", lambda daemon: daemon.has_status("dead", "node-1"))
    await late.call_until(404)
    await stage.settled()
    await stage.check_verdict(late.session, "owner_dead", "certain")
    await stage.check_finding("node_dead")
    await cluster.start_node("node-1")
    await cluster.reaches("node-1")
    await stage.check_soon("node-1 is alive", lambda daemon: daemon.has_status("alive", "node-1"))
    await last.call_until(404)
    await stage.settled()
    await stage.check_verdict(last.session, "owner_restarted", "certain")
    stage.expect_incident("node_died", node="node-1")
    return "node-1 is killed under 5 clients: 3 call at once, 1 late, 1 when it is back"


@act("restart, no drain", alerts=["McpNodeRestartLoop"])
async def rolling_restart(stage):
    """All nodes are restarted, one after the other, under clients that begin anew."""
    return await restart_all(stage, signal.SIGINT, ("node_restarted", "node_died"))


@act("restart, drained", alerts=["McpNodeRestartLoop"])
async def drained_restart(stage):
    """The same, and each node drains first."""
    return await restart_all(stage, signal.SIGTERM, ("node_drained",))


async def restart_all(stage, number, incidents, clients=6):
    busy = await stage.clients(clients)
    before = await critical_findings(stage)
    async with traffic(busy):
        for node in NODES:
            await stage.cluster.end_node(node, number)
            await stage.cluster.start_node(node)
            await stage.cluster.reaches(node)
    await stage.check_soon("all nodes are alive", lambda daemon: daemon.has_status("alive", *NODES))
    for node in NODES:
        stage.expect_incident(*incidents, node=node)
    for name, finding in await critical_findings(stage) - before:
        stage.check(False, f"{name} has the critical finding {finding}")
    return f"all three nodes, one after the other, under {clients} clients that begin anew"


async def critical_findings(stage):
    """The critical findings of both daemons, each with the daemon's name."""
    return {
        (daemon.name, finding) for daemon in stage.cluster.daemons
        for finding, severity in (await daemon.findings()).items() if severity == "critical"
    }


@contextlib.asynccontextmanager
async def traffic(clients):
    """Calls of all clients, again and again, until the block is left."""
    over = asyncio.Event()

    async def call_on(client):
        while not over.is_set():
            await client.recover()
            await asyncio.sleep(0.2)

    async with asyncio.TaskGroup() as tasks:
        for client in clients:
            tasks.create_task(call_on(client))
        try:
            yield
        finally:
            over.set()


@act("zombie")
async def zombie(stage):
    """A node loses its sessions, and its heartbeat goes on."""
    return await lose_sessions(stage, "node-3")


async def lose_sessions(stage, node):
    cluster = stage.cluster
    await stage.clients_on(node, 2)
    sessions = [session for session in stage.truth.registered()[0] if session.node == node]
    await cluster.control(node, "forget")
    client = await stage.client()
    client.set_cookie(cluster.cookie(node))
    for session in sessions:
        client.session = session.id
        await client.call_until(404)
    await stage.settled()
    await stage.check_verdict(client.session, "owner_denies")
    await stage.check_finding("node_suspect")
    stage.expect_incident("node_suspect", node=node)
    return f"{node} loses {len(sessions)} sessions and goes on"


@act("zombie restarted")
async def zombie_restarted(stage):
    """The mend: a new process."""
    return await restart(stage, "node-3")


async def restart(stage, node):
    await stage.cluster.end_node(node, signal.SIGINT)
    await stage.cluster.start_node(node)
    await stage.cluster.reaches(node)
    stage.expect_incident("node_restarted", "node_died", node=node)
    return f"{node} is restarted"


@act("Redis restarted")
async def redis_restarted(stage):
    """Redis is away for a while, and keeps its data. Nodes serve on."""
    cluster = stage.cluster
    clients = await stage.clients(3)
    await cluster.processes["redis"].stop()
    stage.expect_incident("redis_outage")
    await stage.check_soon("the outage is noticed", lambda daemon: daemon.has_open("redis_outage"))
    statuses = {await client.call_until(200, 404) for client in clients}
    stage.check(statuses == {200}, f"test bed: calls without Redis were answered {statuses}")
    await cluster.start_redis()

    async def mended(daemon):
        return await daemon.ready() and not await daemon.has_open("redis_outage")

    await stage.check_soon("the outage is over", mended)
    return "Redis is restarted with its data; 3 clients call meanwhile"


@act("log rotated", proxies=[Traefik])
async def log_rotated(stage):
    """The access log is renamed, and Traefik opens a new one."""
    (client,) = await stage.clients(1, jar=False)
    await client.call_until(404)
    await stage.settled()
    log = stage.cluster.folder / "access.log"
    log.rename(log.with_name("access.log.1"))
    stage.cluster.processes["proxy"].send(signal.SIGUSR1)
    await until("a new access log", lambda: exists(log))
    await client.call_until(404)
    return "the access log is rotated between refusals of 1 client without cookies"


async def exists(file):
    return file.exists()


@act("cleanup", alerts=["McpCleanedSessionRequested"])
async def cleanup(stage):
    """A node dies for good; after the grace its sessions go, and no other. One client comes back late."""
    cluster, truth = stage.cluster, stage.truth
    await stage.clients(3)
    (late,) = await stage.clients_on("node-2")
    await cluster.end_node("node-2", signal.SIGKILL)
    owned, orphaned = truth.registered()

    async def all_may_go(daemon):
        return (await daemon.data("cleanup"))["plan"]["may_go"] == len(orphaned)

    await stage.check_soon(f"all {len(orphaned)} orphans may go", all_may_go, 40)

    async def clean():  # again where B's report of what it heard, which comes late, has made A wait anew
        run = await cluster.a.clean()
        await stage.check_soon("the run of cleanup is over", lambda daemon: has_run(daemon, run), 20)
        return not any([await is_registered(cluster, session) for session in orphaned])

    await until(f"the removal of {len(orphaned)} orphans", clean, 60)
    kept = [session for session in owned if await is_registered(cluster, session)]
    stage.check(len(kept) == len(owned), f"{len(owned) - len(kept)} sessions of living nodes are gone")
    for session in orphaned:
        truth.end(session.id, "cleaned")
    await late.call_until(404)
    await stage.settled()
    await stage.check_verdict(late.session, "cleaned", "certain")
    await cluster.start_node("node-2")
    await cluster.reaches("node-2")
    stage.expect_incident("node_died", node="node-2")
    return f"node-2 dies; cleanup removes {len(orphaned)} orphans, keeps {len(kept)}; 1 client comes late"


async def has_run(daemon, run):
    """Whether a daemon knows of a run of cleanup that completed; those of others within five seconds."""
    runs = (await daemon.data("cleanup"))["runs"]
    return any(one["run"] == run and one["result"] == "completed" for one in runs)


async def is_registered(cluster, session):
    return await cluster.redis("EXISTS", f"mcp:session:{session.id}") == 1
