"""What the daemon tells of events: `mcp-sessiond events test`, and the names in /metrics and /api/v1/status."""

import re

from .api import API
from .log_file import KINDS
from .process import BenchmarkError

LINES, EVENTS = b"mcp_sessiond_log_lines_total", b"mcp_sessiond_log_events_total"
MISROUTES, UNKNOWN = b"mcp_sessiond_misroutes_total", b"mcp_sessiond_unknown_session_requests_total"
REJECTED, DROPPED = b"mcp_sessiond_log_events_rejected_total", b"mcp_sessiond_events_dropped_total"


class LineTest:
    """`mcp-sessiond events test FILE --summary`."""

    def __init__(self, lab):
        self.binary = lab.sessiond

    def command(self, path):
        """The command for one log."""
        return [self.binary, "events", "test", str(path), "--summary"]

    @staticmethod
    def check(printed, log):
        """Its totals by kind must be those of the log."""
        counts = {}
        for kind in KINDS:
            total = re.search(rf"\b{kind}\b\W*([\d,]+)", printed)
            counts[kind] = int(total[1].replace(",", "")) if total else 0
        log.check("mcp-sessiond events test", counts)


class EventsSeen(API):
    """A daemon's events as they stand, asked over one connection; /metrics may be 100 ms old."""

    def __init__(self, daemon):
        super().__init__(daemon.http_port)

    def total(self, *names):
        """The sums of whole families, over all labels; in that order."""
        page = self.metrics()
        sums = [0] * len(names)
        for place, name in enumerate(names):
            at = page.find(b"\n" + name)
            while at >= 0:
                end = page.index(b"\n", at + 1)
                sums[place] += int(float(page[page.rindex(b" ", at, end):end]))
                at = page.find(b"\n" + name, end)
        return sums

    def kinds(self):
        """Events counted by kind: those that the logs here hold, and others if there are any."""
        counts = dict.fromkeys(KINDS, 0)
        for kind, count in re.findall(rf'\n{EVENTS.decode()}{{.*?\bkind="(.*?)".*?}} (\S+)', self.metrics().decode()):
            if kind in counts or float(count):
                counts[kind] = counts.get(kind, 0) + int(float(count))
        return counts

    def waiting_and_judged(self):
        """Events that wait now, and those judged since the start."""
        events = self.status()["events"]
        return events["waiting"], events["judged"]

    def metrics(self):
        """The page of /metrics as bytes."""
        code, page = self.get("/metrics")
        if code != 200:
            raise BenchmarkError(f"/metrics answers {code}")
        return page
