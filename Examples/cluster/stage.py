"""The stage of the story: it plays an act, waits until the daemons have judged it, and compares."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from client import Client, Truth
from judge import differences, right_answers, said, settle, verdicts
from processes import Failure, until
from proxies import NODES, Traefik

BUSY = 17              # seconds, beside nodes.dead_after, until every line is judged on a busy machine
LONGEST_ACT = 600      # seconds
STICKINESS_LIMIT = 30  # misrouted requests within five minutes: from then on stickiness is called broken
QUIET = {"reconnection_storm"}  # kinds of incidents that any act may cause: the story opens many sessions


@dataclass(frozen=True)
class Act:
    """One act: a coroutine function that plays it, and what is told of it."""

    name: str
    play: Callable
    alerts: frozenset  # above info, right from this act on
    proxies: tuple     # those that it can be played on


class Stage:
    """What acts use: the cluster, clients, and the checks that are noted as differences."""

    def __init__(self, cluster, say=print):
        self.cluster, self.truth, self.say = cluster, Truth(cluster), say
        self.failed = 0
        self.alerts = set()
        self._mistakes = []
        self._incidents = []  # of this act: (kinds, node)
        self._ends = None     # what is to be closed when the act is over

    # For acts

    async def client(self, **options):
        """A client without a session; it is closed when the act is over."""
        return await self._ends.enter_async_context(Client(self.truth, **options))

    async def clients(self, count, **options):
        """Clients with a session each."""
        clients = [await self.client(**options) for _ in range(count)]
        for client in clients:
            await client.initialize()
        return clients

    async def clients_on(self, node, count=1):
        """Clients with a session each on this node."""
        clients = [await self.client() for _ in range(count)]
        for client in clients:
            client.set_cookie(self.cluster.cookie(node))
            await client.initialize()
        return clients

    async def change_traefik(self, version, count):
        """Another version of Traefik, in place under this many clients; those whose next call is refused."""
        first, *others = await self.clients(count)
        await self.cluster.start_proxy(Traefik(version))
        # Each in another turn than before: a proxy that forgot them begins its round with the same node.
        clients = [*others, first]
        refused = [client for client in clients if await client.call_until(200, 404) == 404]
        self.check(refused, "test bed: nobody lost its node")
        return refused

    def check(self, right, mistake):
        if not right:
            self._mistakes.append(mistake)

    async def check_soon(self, what, condition, seconds=None):
        """Notes a mistake if a condition, a coroutine function of a daemon, does not come true for both in time."""
        seconds = seconds or 3 * self.cluster.times.dead_after + 3
        for daemon in self.cluster.daemons:
            try:
                await until(f"{daemon.name}: {what}", partial(condition, daemon), seconds, every=0.2)
            except Failure as failure:
                self._mistakes.append(str(failure))

    async def check_finding(self, *names):
        """Both daemons must name one of these as wrong."""
        for daemon in self.cluster.daemons:
            found = await daemon.findings()
            wanted = " or ".join(names)
            self.check(found.keys() & names, f"{daemon.name} has no finding {wanted}, but {', '.join(found)}")

    def expect_incident(self, *kinds, node=None):
        """Both daemons must have an incident of one of these kinds."""
        self._incidents.append((kinds, node))

    async def check_verdict(self, session, verdict, confidence=None, cause=None):
        """Both daemons must explain a session so, asked for by its id."""
        for daemon in self.cluster.daemons:
            told = await daemon.explain(session)
            right = told["verdict"] == verdict and confidence in (None, told["confidence"])
            if cause:
                right = right and cause in (told.get("first_cause"), told["cause"])
            says = " ".join(filter(None, (told["verdict"], told["confidence"], told["cause"])))
            wanted = " ".join(filter(None, (verdict, confidence, cause)))
            self.check(right, f"{daemon.name} explains {told['ref']} by {says}; right is {wanted}")

    async def known(self):
        """Waits until both daemons know all sessions: one that is closed before they saw it never was, for them."""
        count = sum(map(len, self.truth.registered()))

        async def agrees(daemon):
            return (await daemon.data("status"))["sessions"]["registered"] == count

        await self.check_soon(f"{count} sessions are known", agrees)

    async def settled(self):
        """Waits until both daemons have judged every line that was written."""
        folder = self.cluster.folder
        logs = {"A": [folder / f"{node}.log" for node in NODES], "B": [folder / log for log in self.cluster.proxy_logs]}
        await self.check_soon(
            "every line is judged", lambda daemon: daemon.has_judged(logs[daemon.name]),
            self.cluster.times.dead_after + BUSY)
        settle(self.truth)

    # For the story

    async def perform(self, act):
        """Plays one act and prints what was seen and said."""
        self._mistakes, self._incidents = [], []
        self.alerts |= act.alerts
        start, began = len(self.truth.exchanges), time.time()
        lines = self.lines_of_refusals()
        before = {daemon.name: await self.picture(daemon) for daemon in self.cluster.daemons}
        async with AsyncExitStack() as self._ends:
            try:
                async with asyncio.timeout(LONGEST_ACT):
                    happened = await act.play(self)
            except (Failure, TimeoutError) as failure:
                raise Failure(f"{act.name}: {failure or 'it hangs'}") from failure
            await self.settled()
            refusals = self.truth.refusals(start)
            rows = {}
            for daemon in self.cluster.daemons:
                rows[daemon.name] = await self.compare(daemon, before[daemon.name], refusals, began)
        seen = self.lines_of_refusals() - lines
        self.check(seen == len(refusals), f"test bed: clients saw {len(refusals)} refusals, nodes logged {seen}")
        await self.check_alerts()
        self.report(act, happened, refusals, rows)

    async def picture(self, daemon):
        """What of a daemon's answers is compared with later ones."""
        totals, _ = await daemon.refused()
        return sum(totals.values()), await daemon.counted(), {incident["id"] for incident in await daemon.incidents()}

    async def compare(self, daemon, before, refusals, began):
        """Notes what a daemon says otherwise than the truth; returns its rows of this act."""
        refused, counted, incidents = before
        totals, recent = await daemon.refused()
        rows = recent[:sum(totals.values()) - refused]
        self._mistakes += differences(self.truth, refusals, daemon.name, rows)
        now = await daemon.counted()
        by_metrics = sum(value - counted.get(series, 0) for series, value in now.items()
                         if value >= counted.get(series, 0))
        # The series of a node that is gone end, and what they had counted meanwhile is no longer on the page.
        ended = any(now.get(series, -1) < value for series, value in counted.items())
        self.check(by_metrics == len(rows) or ended and by_metrics < len(rows),
                   f"{daemon.name}'s metrics count {by_metrics}, its API {len(rows)}")
        await self.compare_sessions(daemon)
        await self.compare_incidents(daemon, incidents, began)
        return rows

    async def compare_sessions(self, daemon):
        right, told = tuple(map(len, self.truth.registered())), None

        async def agrees():
            nonlocal told
            sessions = (await daemon.data("status"))["sessions"]
            told = sessions["owned"], sessions["orphaned"]
            return told == right

        try:
            await until("the sessions", agrees, 8, every=0.2)
        except Failure:
            self._mistakes.append("{} has {} owned and {} orphaned sessions; right are {} and {}".format(
                daemon.name, *told, *right))

    async def compare_incidents(self, daemon, before, began):
        def fits(incident, kinds, node):
            return incident["kind"] in kinds and node in (None, incident["node"])

        def is_of_this_act(incident):
            return incident["id"] not in before or incident["open"] or incident["ended_at"] > stamp(began)

        async def missing():
            told = [incident for incident in await daemon.incidents() if is_of_this_act(incident)]
            return [expected for expected in self._incidents if not any(fits(one, *expected) for one in told)]

        async def complete():
            return not await missing()

        with contextlib.suppress(Failure):
            await until("all incidents", complete, 8, every=0.2)
        for kinds, node in await missing():
            self._mistakes.append(f"{daemon.name} has no incident {' or '.join(kinds)} of {node or 'the cluster'}")
        for incident in await daemon.incidents():
            expected = any(fits(incident, *one) for one in self._incidents)
            if incident["id"] not in before and not expected and not self.is_excused(incident):
                self._mistakes.append(f"{daemon.name} has an incident {incident['kind']}: {incident['summary']}")

    def is_excused(self, incident):
        if incident["kind"] == "stickiness_broken":
            recent = [one for one in self.truth.refusals() if one.at > time.time() - 300]
            return sum(verdicts(self.truth, one) == {"misrouted"} for one in recent) >= STICKINESS_LIMIT
        return incident["kind"] in QUIET

    async def check_alerts(self):
        """No alert above info fires that no act so far calls for."""
        firing = await self.cluster.query('ALERTS{alertstate="firing", severity!="info"}')
        for name in sorted({series["metric"]["alertname"] for series in firing} - self.alerts):
            self._mistakes.append(f"Prometheus: {name} fires")

    def lines_of_refusals(self):
        """How many requests the nodes say, in their logs, that they refused."""
        return sum(
            (self.cluster.folder / f"{node}.log").read_text().count(f'"event": "{event}"')
            for node in NODES for event in ("session_misrouted", "session_unknown"))

    # The table

    def headline(self):
        self.say(f"{'ACT':<22} {'404s':>5} {'A':>4} {'B':>4}  {'RIGHT':<6} WHAT HAPPENED, AND WHAT THE DAEMONS SAY")

    def report(self, act, happened, refusals, rows):
        right = "yes" if not self._mistakes else "NO"
        self.failed += bool(self._mistakes)
        self.say(f"{act.name:<22} {len(refusals):>5} {len(rows['A']):>4} {len(rows['B']):>4}  {right:<6} {happened}")
        truth = summary(right_answers(self.truth, refusals, "B"))
        told = {name: summary(map(said, told)) for name, told in rows.items()}
        for name, text in {"truth": truth, **told}.items():
            if text:
                self.say(f"{'':<48}{name + ':':<7}{text}")
        for mistake in self._mistakes:
            self.say(f"{'':<22} ! {mistake}")


def summary(answers):
    """`4 misrouted (no_cookie), 2 owner_dead`."""
    return ", ".join(f"{count} {text}" for text, count in Counter(map(str, answers)).most_common())


def stamp(seconds):
    """A time as the API writes it, so that both can be compared as texts."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f"{seconds % 1:.3f}"[1:] + "Z"
