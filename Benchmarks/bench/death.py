"""Section `death`: how long the API shows neither the old view nor the new one when a node dies."""

import time

from .api import API
from .nodes import BeatingNodes
from .process import BenchmarkError
from .redis_server import RedisServer
from .sessiond import Sessiond

BEAT_SECONDS = 0.25
POLL_SECONDS = 0.001
DEATH_SECONDS = 60
WHAT, WHO = "a node's death: all its sessions orphaned", "mcp-sessiond"


class Flip:
    """One death, as answers of /api/v1/status show it."""

    def __init__(self, api, sessions, silent_since):
        asked = began = time.monotonic()
        self.longest_answer, self.mixed = 0.0, 0
        while True:
            before, asked = asked, time.monotonic()
            if asked - began > DEATH_SECONDS:
                raise BenchmarkError(f"the node is not dead after {DEATH_SECONDS} s")
            status = api.status()
            answered = time.monotonic()
            self.longest_answer = max(self.longest_answer, answered - asked)
            is_dead, orphaned = status["nodes"]["dead"] == 1, status["sessions"]["orphaned"]
            if is_dead and orphaned == sessions:
                break
            if is_dead or orphaned:
                # Neither old nor new: the gap goes on, from before this answer.
                self.mixed, asked = self.mixed + 1, before
            time.sleep(POLL_SECONDS)
        # From the question of the last old answer to the new answer: all of the flip lies between.
        self.gap = answered - before
        self.since_beat = answered - silent_since


def measure(lab, sessions):
    """The only node falls silent, and beats again, once in each round."""
    with RedisServer(lab, sessions, nodes=1) as server, BeatingNodes(server, 1, BEAT_SECONDS) as nodes:
        with Sessiond(lab, server, dead_after="1s") as daemon, API(daemon.http_port) as api:
            daemon.wait_readings(1)
            for number in range(lab.rounds):
                daemon.wait_sessions("owned", sessions)
                flip = Flip(api, sessions, nodes.fall_silent())
                nodes.resume()
                lab.results.add(WHAT, sessions, WHO, 1000 * flip.gap, "{:.2f} ms", [
                    ("longest answer meanwhile {:.2f} ms", 1000 * flip.longest_answer),
                    ("{:.0f} answers with part of it", flip.mixed),
                    ("{:.2f} s after the last beat, of which 1 s is dead_after", flip.since_beat),
                ])
                lab.say(f"death round {number + 1}: {1000 * flip.gap:.2f} ms, {flip.mixed} answers with part of it")
