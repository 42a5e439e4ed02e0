"""Section `events`, its last part: how many events the daemon has judged by the registry."""

import json
import select
import subprocess
import time

from .events_seen import DROPPED, EVENTS, MISROUTES, REJECTED, UNKNOWN, EventsSeen
from .log_file import LogFile, Written
from .process import BenchmarkError
from .sessiond import Sessiond

RATE = 20_000
RATE_LEAST = 0.95  # of the events asked for: below, the machine was the limit, which is said
AT_ONCE_PART = 5  # at once there are so much fewer events than --lines
JUDGED_SECONDS = 600
LOOK_SECONDS = 0.1  # while events come: rarely enough that the questions do not weigh on the daemon
POLL_SECONDS = 0.005
WHO = "mcp-sessiond"


def measure(lab, server, number):
    """One daemon: events at a steady rate, then many at once. `number` tells the rounds apart."""
    folder = lab.new_folder("judged")
    log = folder / "node.log"
    log.touch()  # a file that appears later is looked for once a second only
    with Sessiond(lab, server, files=[folder / "*.log"]) as daemon, EventsSeen(daemon) as seen:
        daemon.wait_readings(1)
        paced(lab, server, daemon, seen, log, number)
        at_once(lab, server, daemon, seen, folder)


class Judging:
    """The daemon's count of judged events, from now on, with the most that waited and its CPU time."""

    def __init__(self, daemon, seen):
        self.daemon, self.seen = daemon, seen
        self.before, self.most_waiting = seen.waiting_and_judged()[1], 0
        self.totals = self._totals()
        self.cpu = daemon.cpu_seconds()

    def look(self):
        """How many were judged by now."""
        waiting, judged = self.seen.waiting_and_judged()
        self.most_waiting = max(self.most_waiting, waiting)
        return judged - self.before

    def wait(self, events):
        """Waits for so many; the CPU seconds since the beginning."""
        self.daemon.wait(f"{events} events judged", lambda: self.look() >= events, JUDGED_SECONDS, POLL_SECONDS)
        return self.daemon.cpu_seconds() - self.cpu

    def check(self, written):
        """Each event is counted once, and each refused request has a verdict; nothing is rejected or dropped."""
        refused = written.kinds["misroute"] + written.kinds["unknown"]
        expected = [written.events, refused, 0]
        time.sleep(2 * LOOK_SECONDS)  # until /metrics is made anew
        counted = [now - before for now, before in zip(self._totals(), self.totals)]
        if counted != expected:
            raise BenchmarkError(f"events, verdicts and rejected ones are {counted} where {expected} were written")

    def _totals(self):
        events, misroutes, unknown, rejected, dropped = self.seen.total(EVENTS, MISROUTES, UNKNOWN, REJECTED, DROPPED)
        return [events, misroutes + unknown, rejected + dropped]


def paced(lab, server, daemon, seen, path, number):
    """RATE events a second, and what the daemon takes of a core for them, the time to the last verdict included."""
    judging, seconds = Judging(daemon, seen), lab.options.event_seconds
    command = [lab.program("log_writer"), str(path), str(RATE), str(seconds), str(server.sessions), str(number)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        while not select.select([writer.stdout], [], [], LOOK_SECONDS)[0]:  # it prints when it has written all
            judging.look()
        printed = writer.communicate()[0]
    if writer.returncode != 0:
        raise BenchmarkError(f"log_writer failed ({writer.returncode})")
    written = Written(json.loads(printed))
    cpu = judging.wait(written.events)
    late = time.monotonic() - written.ended
    rate = written.events / written.seconds
    if rate < RATE_LEAST * RATE:
        lab.say(f"only {rate:,.0f} events/s: the machine is busy")
    judging.check(written)
    lab.results.add(f"events judged: share of a core at {RATE:,}/s", server.sessions, WHO,
                    100 * cpu / written.seconds, "{:.1f} %",
                    [("{:,.0f} events/s", rate), ("at most {:,.0f} waiting", judging.most_waiting)])
    lab.results.add(f"events judged: after the last of {RATE:,}/s", server.sessions, WHO, 1000 * late, "{:.0f} ms")
    lab.say(f"events: {rate:,.0f}/s take {cpu / written.seconds:.1%} of a core, {judging.most_waiting:,} waiting, "
            f"all judged after {1000 * late:.0f} ms")


def at_once(lab, server, daemon, seen, folder):
    """A file full of events that appears beside the one that is followed. The clock starts when the first ones are
    taken in, since the daemon looks for new files once a second."""
    events = lab.options.lines // AT_ONCE_PART
    with LogFile(lab, lab.new_folder("at-once"), events, 100, server.sessions) as log:
        judging = Judging(daemon, seen)
        log.path = log.path.rename(folder / "at-once.log")
        daemon.wait("the first events", lambda: judging.look() > 0 or judging.most_waiting > 0, every=POLL_SECONDS)
        started = time.monotonic()
        cpu = judging.wait(events)
        took = time.monotonic() - started
        judging.check(log)
    lab.results.add("events judged a second, all at once", server.sessions, WHO, events / took, "{:,.0f}", [
        ("{:,.0f} events", events), ("CPU {:.2f} µs an event", 1e6 * cpu / events),
        ("at most {:,.0f} waiting", judging.most_waiting),
    ])
    lab.say(f"events: {events:,} at once, {events / took:,.0f} judged a second")
