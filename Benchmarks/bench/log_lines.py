"""Section `events`, its first part: a log read once from its beginning to its end."""

import json

from .events_seen import LineTest
from .lab import HERE
from .log_file import KINDS, LogFile
from .process import BenchmarkError, run_json

MB = 1e6
PROGRAM = HERE / "bench" / "misroutes.mtail"
MESSAGES = {  # what the program calls the kinds
    "session exists in registry but not on this node": "misroute", "unknown session": "unknown",
    "session created": "created",
}
SESSIONS = 100_000  # whose ids stand in the lines
MTAIL_PART = 10  # mtail gets a file so much shorter
PERCENTS = {2: "2 % events", 100: "all events"}


class OnePass:
    """A program that reads a log once: what it takes above its start, which an empty log shows."""

    def __init__(self, lab, command_for, log, empty):
        output = lab.log("one-pass")
        start, whole = (
            run_json([lab.program("timed"), str(output), *command_for(path)]) for path in (empty, log.path))
        self.printed = output.read_text()
        self.start_seconds, self.peak_bytes = start["seconds"], whole["peak_bytes"]
        self.seconds = whole["seconds"] - start["seconds"]
        self.cpu_seconds = whole["cpu_seconds"] - start["cpu_seconds"]
        if self.seconds <= 0:
            raise BenchmarkError(f"{log.lines} lines take no longer than none: more --lines")


def sessiond(lab, log, empty):
    """`mcp-sessiond events test`, the totals alone."""
    test = LineTest(lab)
    taken = OnePass(lab, test.command, log, empty)
    test.check(taken.printed, log)
    return taken


def mtail(lab, log, empty):
    """mtail in its one-shot mode, with a program that counts the same."""
    taken = OnePass(lab, lambda path: [
        "mtail", "--one_shot", "--progs", str(PROGRAM), "--logs", str(path), "--log_dir", str(lab.folder),
    ], log, empty)
    log.check("mtail", mtail_kinds(taken.printed))
    return taken


def mtail_kinds(printed):
    """Its metrics, as it prints them at the end, summed up by kind."""
    kinds = dict.fromkeys(KINDS, 0)
    for metric in json.loads(printed)["log_events_total"]:
        for series in metric.get("LabelValues") or []:
            kinds[MESSAGES[series["Labels"][0]]] += series["Value"]["Value"]
    return kinds


def memmem(lab, log):
    """The C loop: its own clock."""
    answer = run_json([lab.program("memmem_lines"), str(log.path)])
    log.check("memmem_lines", {kind: answer[kind] for kind in log.kinds})
    if answer["lines"] != log.lines:
        raise BenchmarkError(f"memmem_lines counted {answer['lines']} of {log.lines} lines")
    return answer["seconds"]


def measure(lab):
    """For each share of events: the daemon's reading, mtail and the C loop in turns."""
    lines = lab.options.lines
    empty = lab.new_folder("empty") / "empty.log"
    empty.touch()
    for percent, events in PERCENTS.items():
        folder = lab.new_folder("log")
        with LogFile(lab, folder, lines, percent, SESSIONS) as log, \
                LogFile(lab, folder, lines // MTAIL_PART, percent, SESSIONS) as short:
            lab.say(f"{log.lines:,} lines, {events}, {log.bytes / log.lines:.0f} bytes each, in {log.seconds:.1f} s")
            for number in range(lab.rounds):
                note(lab, log, events, "mcp-sessiond events test --summary", sessiond(lab, log, empty), log)
                note(lab, log, events, "mtail --one_shot", mtail(lab, short, empty), short)
                seconds = memmem(lab, log)
                lab.results.add(rate_of(events), lines, "C loop, memmem", log.lines / seconds, "{:,.0f}")
                lab.say(f"lines, {events}, round {number + 1}: memmem {log.lines / seconds:,.0f} lines/s")


def rate_of(events):
    """What the row of the rate is called."""
    return f"log lines read a second, {events}"


def note(lab, log, events, who, taken, read):
    """Rate and peak of one pass into the results; `read` is what this one read of a log like `log`."""
    lab.results.add(rate_of(events), log.lines, who, read.lines / taken.seconds, "{:,.0f}", [
        ("{:.2f} s", taken.seconds), ("after {:.0f} ms of start", 1000 * taken.start_seconds),
        ("CPU {:.2f} s", taken.cpu_seconds), ("{:,.0f} lines", read.lines),
        ("{:.0f} bytes each", read.bytes / read.lines),
    ])
    lab.results.add(f"memory, peak of log lines, {events}", log.lines, who, taken.peak_bytes / MB, "{:.1f} MB")
    lab.say(f"lines, {events}: {who} {read.lines / taken.seconds:,.0f} lines/s, peak {taken.peak_bytes / MB:.1f} MB")
