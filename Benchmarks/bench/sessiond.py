"""The daemon under measurement: `mcp-sessiond serve` with a configuration of its own.

All that the benchmarks suppose about the daemon stands in this file: its configuration, how a complete reading is
recognised, and the two names in its /metrics.
"""

import urllib.error
import urllib.request

from .process import BenchmarkError, Process

READING_SECONDS = 900
POLL_SECONDS = 0.1  # rarely enough that the scrapes do not weigh on the reading
SUM, COUNT = "mcp_sessiond_scan_duration_seconds_sum", "mcp_sessiond_scan_duration_seconds_count"

# The filled heartbeats stand still, so a node counts as alive for long; cleanup is off.
CONFIGURATION = """\
redis: {{url: "unix://{socket}?db=0"}}
nodes: {{dead_after: 30d}}
watch: {{mode: scan, first_share: 1.0, redis_share: {redis_share}, scan_every: {scan_every}}}
events: {{state_dir: "{state}"}}
cleanup: {{mode: off}}
http: {{listen: "127.0.0.1:0"}}
log: {{level: info, format: json}}
"""


class Sessiond(Process):
    """A running daemon that has the private server's registry before it."""

    def __init__(self, lab, server, *, scan_every="1h", redis_share=1.0):
        log = lab.log("sessiond")
        state, configuration = log.with_suffix(".state"), log.with_suffix(".yaml")
        state.mkdir()
        configuration.write_text(CONFIGURATION.format(
            socket=server.socket, state=state, scan_every=scan_every, redis_share=redis_share))
        super().__init__([lab.sessiond, "serve", "--config", str(configuration)], log)
        try:
            self.url = f"http://127.0.0.1:{self.port()}/metrics"
        except BaseException:
            self.end()
            raise

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
        return self.wait(f"{count} complete readings", enough, READING_SECONDS, POLL_SECONDS)
