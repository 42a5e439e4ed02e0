"""The right answers, derived from the truth alone, and the differences between them and what a daemon says."""

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from daemon_api import ref
from proxies import NEW, NODES, OLDEST, Traefik


def verdicts(truth, refusal):
    """The verdicts that are right for a refused request, now that its outcome is known."""
    if refusal in truth.settled:
        return truth.settled[refusal]
    session = truth.sessions.get(refusal.session)
    if session is None:
        return {"never_seen"}
    if session.gone and session.gone_at <= refusal.at:
        return {session.gone}
    boot = truth.cluster.boots[session.boot]
    if refusal.boot == boot.boot:
        return {"owner_denies"}
    if boot.stopping_at is None or refusal.at < boot.stopping_at:
        return {"misrouted"}
    successor = truth.cluster.successor(boot)
    if successor is None:
        return {"owner_dead"}
    if successor.ready_at < refusal.at:
        return {"owner_restarted"}
    return {"owner_dead", "owner_restarted"}  # both are true: it depends on when the daemon is sure


def settle(truth):
    """Keeps the verdicts of all refusals so far: daemons have judged them, so nothing that comes later counts."""
    for refusal in truth.refusals():
        truth.settled[refusal] = verdicts(truth, refusal)


def causes(truth, refusal, daemon):
    """The causes of a misroute that are right for a daemon, by what its logs can tell. A sent cookie decides first."""
    sees_given = daemon == "B" and refusal.proxy.logs_given_cookies
    if refusal.cookie is None:
        return {"stickiness_off" if sees_given and refusal.given is None else "no_cookie"}
    cluster, session = truth.cluster, truth.sessions[refusal.session]
    for node in NODES:
        if refusal.cookie == cluster.cookie(node, refusal.proxy):
            if node == session.node:
                return {"cookie_owner"}
            return {"cookie_elsewhere" if cluster.boot(node).stopping_at is None else "cookie_dead"}
        if refusal.cookie == refusal.proxy.cookie(cluster.url(node), node):  # the proxy calls it by another URL now
            return {"cookie_rejected"} if sees_given else {"cookie_owner", "cookie_elsewhere"}
        if refusal.cookie == cluster.cookie(node, Traefik(OLDEST)):
            return {"cookie_old_scheme"}
        if refusal.cookie == cluster.cookie(node, Traefik(NEW)):  # the proxy was set back to an older version
            # Only the cookie that was given tells: a node's log shows a good cookie that the proxy did not follow.
            return {"cookie_rejected"} if sees_given else {"cookie_owner"}
    return {"cookie_rejected" if sees_given and refusal.given else "cookie_unmapped"}


@dataclass
class Answer:
    """A verdict with its cause, right ones or one that a daemon gave."""

    verdicts: set
    causes: set = field(default_factory=set)

    def admits(self, row):
        """Whether a row of the daemon is right."""
        return row["verdict"] in self.verdicts and (row["verdict"] != "misrouted" or row["cause"] in self.causes)

    def __str__(self):
        text = " or ".join(sorted(self.verdicts))
        return f"{text} ({' or '.join(sorted(self.causes))})" if self.causes else text


def said(row):
    return Answer({row["verdict"]}, {row["cause"]} if row["cause"] else set())


def right_answers(truth, refusals, daemon):
    """The right answer to each refusal. A later refusal of a session may also be given its first cause."""
    first, answers = {}, []
    for refusal in refusals:
        right = Answer(verdicts(truth, refusal))
        if "misrouted" in right.verdicts:
            own = causes(truth, refusal, daemon)
            right.causes = own | first.setdefault(refusal.session, own)
        answers.append(right)
    return answers


def differences(truth, refusals, daemon, rows):
    """What a daemon says otherwise about these refusals, one text for each kind of difference, with an example.

    Requests are matched by session, refusing node, and their order."""
    said_by = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["at"]):
        said_by[row["ref"], row["node"]].append(row)
    kinds, examples = Counter(), {}

    def differs(kind, example):
        kinds[kind] += 1
        examples.setdefault(kind, example)

    for refusal, right in zip(refusals, right_answers(truth, refusals, daemon), strict=True):
        given = said_by[ref(refusal.session), refusal.node]
        if not given and daemon == "B" and truth.cluster.is_other_host:
            # The proxy's own URLs are learnt from answers; until then nobody says which node it was.
            given = said_by[ref(refusal.session), None]
        if not given:
            differs(f"not counted; right is {right}", evidence(truth, refusal))
        elif not right.admits(row := given.pop(0)):
            differs(f"says {said(row)}; right is {right}", evidence(truth, refusal))
    for (session, node), rest in said_by.items():
        for row in rest:
            differs(f"counts {said(row)} that no client saw", f"{session} at {node}, {row['at']}")
    return [
        f"{daemon} {kind}: {count} request{'s' * (count != 1)}, as {examples[kind]}" for kind, count in kinds.items()
    ]


def evidence(truth, refusal):
    """A refusal in words: which session, where, and what its owner was doing."""
    clock = time.strftime("%H:%M:%S", time.gmtime(refusal.at)) + f"{refusal.at % 1:.3f}"[1:]
    words = [f"{ref(refusal.session)} at {refusal.node} {clock}"]
    if session := truth.sessions.get(refusal.session):
        boot = truth.cluster.boots[session.boot]
        alive = "forgot it" if boot.forgot_at else "alive" if boot.stopping_at is None else (
            f"told to end {refusal.at - boot.stopping_at:.1f} s before")
        words.append(f"owner {session.node} ({alive})")
    words.append(f"cookie {refusal.cookie or 'none'}, given {refusal.given or 'none'}")
    return ", ".join(words)
