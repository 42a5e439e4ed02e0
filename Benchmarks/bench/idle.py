"""Section `idle`: what the daemon costs while nothing happens but the nodes' heartbeats."""

import time

from .nodes import BeatingNodes
from .redis_server import RedisServer
from .sessiond import Sessiond

NODES = 3
BEAT_SECONDS = 5
SETTLE_SECONDS = 10
WHO = "mcp-sessiond"


class Span:
    """What a server did over some seconds, but for the nodes' beats and our own INFO."""

    def __init__(self, server, nodes, seconds):
        beats, before = nodes.with_beats(server.use)
        started = time.monotonic()
        time.sleep(seconds)
        all_beats, after = nodes.with_beats(server.use)
        self.seconds = time.monotonic() - started
        commands = after.commands - before.commands - (all_beats - beats) - 1
        self.commands_a_second = commands / self.seconds
        self.share = (after.cpu_seconds - before.cpu_seconds) / self.seconds
        self.command_share = (after.command_seconds - before.command_seconds) / self.seconds


def measure(lab, sessions):
    """An empty registry, then a full one."""
    for size in sorted({0, sessions}):
        measure_size(lab, size)


def measure_size(lab, sessions):
    """In each round the server without us, then with us; the difference is ours."""
    results = lab.results
    with RedisServer(lab, sessions, NODES) as server, BeatingNodes(server, NODES, BEAT_SECONDS) as nodes:
        for number in range(lab.rounds):
            without = Span(server, nodes, lab.options.idle_seconds)
            with Sessiond(lab, server, dead_after="15s", cleanup="mode: dry-run") as daemon:
                daemon.wait_readings(1)
                time.sleep(SETTLE_SECONDS)
                cpu, switches = daemon.cpu_seconds(), daemon.switches()
                idle = Span(server, nodes, lab.options.idle_seconds)
                ours = (daemon.cpu_seconds() - cpu) / idle.seconds
                wakings = sum(count - switches.get(thread, 0) for thread, count in daemon.switches().items())
                readings, _ = daemon.readings()
            added = idle.share - without.share
            results.add("idle: commands to Redis a second", sessions, WHO, idle.commands_a_second, "{:.2f}",
                        [("{:.0f} reading in all", readings)])
            results.add("idle: our share of a core", sessions, WHO, 100 * ours, "{:.2f} %")
            results.add("idle: context switches a second", sessions, WHO, wakings / idle.seconds, "{:.1f}")
            results.add("idle: our share of Redis' time", sessions, WHO, 100 * added, "{:.3f} %", [
                ("commands alone {:.3f} %", 100 * (idle.command_share - without.command_share)),
                ("Redis without us {:.3f} %", 100 * without.share),
            ])
            lab.say(f"idle round {number + 1}, {sessions:,} sessions: {idle.commands_a_second:.2f} commands/s, {ours:.2%} of a core, "
                    f"{wakings / idle.seconds:.1f} switches/s, {added:.3%} of Redis")
