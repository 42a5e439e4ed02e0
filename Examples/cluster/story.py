"""The test bed's command: `up`, `story [--short]`, `down`. `scripts/cluster` gets what it needs and calls it."""

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import httpx

import acts
import long_acts
from cluster import QUICK, USUAL, Cluster, find_binary
from processes import Failure, end_noted, until
from proxies import BUILD, NEW, OLDEST, HAProxy, Traefik
from stage import Act, Stage

RUN = BUILD / "run"
SHORT, LONG = ([one for one in vars(module).values() if isinstance(one, Act)] for module in (acts, long_acts))


async def up():
    """Starts the cluster and leaves it."""
    if (RUN / "pids.json").exists():
        raise Failure("it is up already: scripts/cluster down")
    shutil.rmtree(RUN, ignore_errors=True)
    cluster = Cluster(RUN, find_binary())
    try:
        await cluster.start(Traefik(NEW))
    except BaseException:
        await cluster.stop()
        (RUN / "pids.json").unlink(missing_ok=True)
        raise
    ports = cluster.ports
    print(f"""
clients     https://127.0.0.1:{ports['https']}/mcp  (authority: {RUN}/ca.pem)
            http://127.0.0.1:{ports['http']}/mcp
daemon A    {cluster.a.url}  reads the nodes' logs
daemon B    {cluster.b.url}  reads Traefik's access log
Prometheus  http://127.0.0.1:{ports['prometheus']}
Redis       redis-cli -p {ports['redis']}
logs        {RUN}

    export MCP_SESSIOND_SERVER={cluster.a.url}
    {cluster.binary} status
    scripts/cluster down""")


async def story(short, only, keep, haproxy, times):
    """Plays the acts on a cluster of their own; the exit code."""
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="story-", dir=BUILD if keep else None))
    cluster = Cluster(folder, find_binary(), times)
    stage = Stage(cluster)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    try:
        await cluster.start(HAProxy() if haproxy else Traefik(NEW if only else OLDEST))
        stage.headline()
        for act in SHORT if short else SHORT + LONG:
            if type(cluster.proxy) in act.proxies and (not only or act.name in only):
                await stage.perform(act)
        await check_prometheus(stage)
    finally:
        await cluster.stop()
        if keep:
            print(f"logs: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{stage.failed} acts differ" if stage.failed else "every answer is right", end="")
    print(f"; {time.monotonic() - began:.0f} s")
    return 1 if stage.failed else 0


async def check_prometheus(stage):
    """Both daemons are scraped, and every rule can be evaluated on their metrics."""
    await until("Prometheus scrapes both daemons", stage.cluster.scrapes_both)
    for rule in await stage.cluster.broken_rules():
        print(f"Prometheus: {rule}")
        stage.failed += 1


def down():
    file = RUN / "pids.json"
    if not file.exists():
        raise Failure("it is not up")
    print("ended:", ", ".join(end_noted(file)))


def main():
    parser = argparse.ArgumentParser(
        prog="scripts/cluster", description="A real cluster under accidents, and what mcp-sessiond says of them.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("up", help="start the cluster and leave it running")
    verbs.add_parser("down", help="end what `up` started")
    tell = verbs.add_parser("story", help="play the acts and compare")
    tell.add_argument("--short", action="store_true", help="without the acts that take minutes")
    tell.add_argument(
        "--only", action="append", default=[], choices=[act.name for act in SHORT + LONG], metavar="ACT",
        help="this act alone; may be repeated")
    tell.add_argument("--haproxy", action="store_true", help="behind HAProxy, without the acts that are about Traefik")
    tell.add_argument(
        "--usual-times", action="store_const", dest="times", const=USUAL, default=QUICK,
        help="heartbeats every 5 s and nodes.dead_after 15 s, as by default; takes longer")
    tell.add_argument("--keep", action="store_true", help="keep the folder with all logs")
    options = parser.parse_args()
    try:
        match options.verb:
            case "up":
                asyncio.run(up())
            case "down":
                down()
            case "story":
                return asyncio.run(story(options.short, options.only, options.keep, options.haproxy, options.times))
    except (Failure, httpx.HTTPError) as failure:
        print(f"scripts/cluster: {failure or type(failure).__name__}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
