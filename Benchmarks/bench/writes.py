"""Section `writes`: nodes that write all the time, alone and watched, and how soon their changes show."""

import json
import subprocess
import time

from .probe import Visibility, beside, p99
from .process import BenchmarkError, Process
from .redis_server import RedisServer
from .sessiond import Sessiond

SETTLE_SECONDS = 2
LEAD_SECONDS = 0.5
RATE_LEAST = 0.95  # of the writes asked for: below, the machine was the limit, which is said
WHO, SUBSCRIBER = "mcp-sessiond", "C subscriber, invalidations alone"


class Writing:
    """One run of `writes` beside which something may be done; what it cost Redis a write."""

    runs = 0

    def __init__(self, lab, server):
        options = lab.options
        Writing.runs += 1
        self.lab, self.server = lab, server
        self.command = [
            lab.program("writes"), server.address, str(server.sessions), str(options.write_rate),
            str(options.write_seconds), str(Writing.runs),
        ]

    def run(self, watcher=None, meanwhile=lambda: None):
        """Writes to the end. `watcher` is the process whose CPU time counts."""
        used, watched = self.server.use(), watcher.cpu_seconds() if watcher else 0.0
        with subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True) as writer:
            meanwhile()
            printed = writer.communicate()[0]
        if writer.returncode != 0:
            raise BenchmarkError(f"writes failed ({writer.returncode})")
        answer = json.loads(printed)
        self.rate = answer["writes"] / answer["seconds"]
        if self.rate < RATE_LEAST * self.lab.options.write_rate:
            self.lab.say(f"only {self.rate:,.0f} writes/s: the machine is busy, or --write-rate too high for it")
        redis_seconds = self.server.use().cpu_seconds - used.cpu_seconds
        self.redis_share = redis_seconds / answer["seconds"]
        self.redis_us = 1e6 * redis_seconds / answer["writes"]
        self.watcher_share = ((watcher.cpu_seconds() if watcher else 0.0) - watched) / answer["seconds"]
        return self


class Subscriber(Process):
    """The C subscriber, once it is told of changes."""

    def __init__(self, lab, server):
        super().__init__([lab.program("subscriber"), server.address], lab.log("subscriber"))
        try:
            self.wait("the subscription", lambda: self.last_line() == "tracking")
        except BaseException:
            self.end()
            raise


def measure(lab, sessions):
    """Writers alone, then the bare subscriber beside them, then the daemon; and its changes as they show."""
    with RedisServer(lab, sessions) as server:
        for number in range(lab.rounds):
            alone = Writing(lab, server).run()
            with Subscriber(lab, server) as subscriber:
                note(lab, sessions, SUBSCRIBER, Writing(lab, server).run(subscriber), alone)
            with Sessiond(lab, server) as daemon:
                daemon.wait_readings(1)
                time.sleep(SETTLE_SECONDS)
                note_visible(lab, sessions, "idle", Visibility().measure(
                    server, daemon.http_port, lab.options.write_seconds))
                note(lab, sessions, WHO, Writing(lab, server).run(daemon), alone)
                show_under_load(lab, server, daemon)
                check(lab, server, daemon)
            lab.say(f"writes round {number + 1} of {lab.rounds}")


def show_under_load(lab, server, daemon):
    """Probes while the writers write: they begin after them and end before them, but for the last ones to show."""
    visibility = Visibility()

    def probe():
        time.sleep(LEAD_SECONDS)
        visibility.measure(server, daemon.http_port, max(lab.options.write_seconds - 2 * LEAD_SECONDS, LEAD_SECONDS))

    writing = Writing(lab, server).run(daemon, probe)
    note_visible(lab, server.sessions, f"at {lab.options.write_rate:,} writes/s", visibility,
                 [("{:,.0f} writes/s", writing.rate)])


def check(lab, server, daemon):
    """Every session that Redis holds is one of the daemon's, and no other; whether by changes alone is said."""
    daemon.wait_sessions("registered", server.session_keys(lab))
    readings, _ = daemon.readings()
    if readings != 1:
        lab.say(f"the daemon read everything {readings} times")


def note_visible(lab, sessions, when, visibility, figures=()):
    """p99 of both directions into the results."""
    for change, values in (("set", visibility.set_ms), ("deleted", visibility.deleted_ms)):
        lab.results.add(f"{change} to visible, p99, {when}", sessions, WHO, p99(values), "{:.1f} ms",
                        [*beside(values), *figures])
        lab.say(f"{change} to visible, {when}: p99 {p99(values):.1f} ms")


def note(lab, sessions, who, writing, alone):
    """What a watcher costs Redis above the writers alone, and what it takes itself."""
    added = 100 * (writing.redis_us / alone.redis_us - 1)
    rate = f"{lab.options.write_rate:,} writes/s"
    lab.results.add(f"Redis' CPU added at {rate}", sessions, who, added, "{:.1f} %", [
        ("Redis busy {:.1%}", writing.redis_share), ("the writers alone {:.1%}", alone.redis_share),
        ("{:,.0f} writes/s", writing.rate),
    ])
    lab.results.add(f"share of a core at {rate}", sessions, who, 100 * writing.watcher_share, "{:.1f} %")
    lab.say(f"{who}: Redis' CPU +{added:.1f} %, its own {writing.watcher_share:.1%}")
