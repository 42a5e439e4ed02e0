"""The daemon under measurement: `mcp-sessiond serve` with a configuration of its own.

All that the benchmarks suppose about the daemon stands in this file: its configuration, how a complete reading is
recognised, and the names in its /metrics, its log and its status; but for events, whose names stand in `events_seen`.
"""

import json
import urllib.error
import urllib.request

from .api import API
from .process import BenchmarkError, Process

READING_SECONDS = 900
POLL_SECONDS = 0.1  # rarely enough that the scrapes do not weigh on the reading
SUM, COUNT = "mcp_sessiond_scan_duration_seconds_sum", "mcp_sessiond_scan_duration_seconds_count"

TOKEN = "token-of-the-benchmarks-0123456789"
# `every` goes for the mode that is in force.
CONFIGURATION = """\
redis: {{url: "{url}"}}
nodes: {{dead_after: {dead_after}}}
watch: {{mode: {mode}, catch_up_share: 1.0, redis_share: {share}, scan_every: {every}, reconcile_every: {every}}}
events: {{files: [{files}], state_dir: "{state}"}}
cleanup: {{{cleanup}}}
http: {{listen: "127.0.0.1:0", tokens_file: "{tokens}", allow_anonymous_reads: true}}
log: {{level: info, format: json}}
"""


def configuration(lab, url, *, mode="auto", every="1h", share=1.0, dead_after="30d", files=(), cleanup="mode: off"):
    """The path of a new file with these settings."""
    log = lab.log("settings")
    state, path = log.with_suffix(".state"), log.with_suffix(".yaml")
    state.mkdir()
    tokens = log.with_suffix(".tokens")
    tokens.touch(mode=0o600)
    tokens.write_text(f"read,cleanup {TOKEN}\n")
    path.write_text(CONFIGURATION.format(
        url=url, state=state, tokens=tokens, mode=mode, every=every, share=share, dead_after=dead_after, cleanup=cleanup,
        files=", ".join(f'{{path: "{file}"}}' for file in files)))
    return path


class Sessiond(Process):
    """A running daemon that has the private server's (or cluster's) registry before it.

    Where no nodes beat, the heartbeats stand still: `dead_after` is long then. `files`: the paths or globs of logs.
    `gives_way`: it runs only where nobody else wants the core, as if it had one of its own.
    """

    def __init__(self, lab, server, *, mode="auto", gives_way=False, **settings):
        self.mode = mode
        path = configuration(lab, server.url, mode=mode, **settings)
        prefix = ["chrt", "--idle", "0"] if gives_way else []
        super().__init__([*prefix, lab.sessiond, "serve", "--config", str(path)], lab.log("sessiond"))
        try:
            self.http_port = self.port()
        except BaseException:
            self.end()
            raise
        self.url = f"http://127.0.0.1:{self.http_port}/metrics"

    def metrics(self):
        """The page of /metrics as bytes."""
        try:
            with urllib.request.urlopen(self.url, timeout=30) as answer:
                return answer.read()
        except urllib.error.URLError as error:
            raise BenchmarkError(f"{self.url}: {error}: {self.last_line()}") from error

    def readings(self):
        """How many complete readings there were, and their seconds in all."""
        values = {SUM: 0.0, COUNT: 0.0}
        for line in self.metrics().decode().splitlines():
            name, _, value = line.partition(" ")
            if name in values:
                values[name] = float(value)
        return int(values[COUNT]), values[SUM]

    def wait_readings(self, count):
        """Waits for `count` complete readings; the seconds of all so far, and their number."""
        def enough():
            seen, seconds = self.readings()
            return (seconds, seen) if seen >= count else None
        answer = self.wait(f"{count} complete readings", enough, READING_SECONDS, POLL_SECONDS)
        with API(self.http_port) as api:
            watch = api.status()["watch"]
        wanted = "scan" if self.mode == "scan" else "tracking"
        if watch["mode"] != wanted:
            raise BenchmarkError(f"the daemon is in mode {watch['mode']}: {watch['tracking_refused']}")
        return answer

    def wait_sessions(self, state, count, seconds=60):
        """Waits until so many sessions are in that state ("registered": in any)."""
        with API(self.http_port) as api:
            def is_so():
                return api.status()["sessions"][state] == count
            self.wait(f"{count} sessions {state}", is_so, seconds)

    def logged_readings(self):
        """(began, ended) of the first readings on the clock of the log, to the millisecond: one for each server."""
        spans = []
        for line in self.log.read_text().splitlines():
            entry = json.loads(line)
            if entry["message"] == "full scan complete":
                ended = seconds_of_day(entry["time"])
                spans.append((ended - entry["seconds"], ended))
        return spans


def seconds_of_day(stamp):
    """`2026-11-22T18:07:49.123Z` -> 65269.123"""
    hours, minutes, seconds = stamp.partition("T")[2].rstrip("Z").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
