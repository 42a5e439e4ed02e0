"""How soon a change of the registry shows in the daemon's API: sessions that are set and deleted to see it."""

import hashlib
import json
import time
from statistics import median, quantiles

from .api import API
from .process import BenchmarkError
from .redis_client import RedisClient

EVERY_SECONDS = 0.05
POLL_SECONDS = 0.001
LIFE_SECONDS = 3600
PATIENCE_SECONDS = 30  # a change that shows later ends the run
WAITING_MOST = 100  # probes under way; further ones begin late


class Probe:
    """One session: set, seen, deleted, gone."""

    def __init__(self, client, number):
        self.key_id = f"probe-{number}"
        self.path = "/api/v1/sessions/s:" + hashlib.sha256(self.key_id.encode()).hexdigest()[:16]
        value = json.dumps({"node": "node-1", "created_at": time.time()})
        client.command("SET", f"mcp:session:{self.key_id}", value, "EX", LIFE_SECONDS)
        self.since = time.monotonic()  # from the answer on: the change is made then
        self.is_deleted = False

    def has_shown(self, api):
        """Whether the last change shows."""
        code, body = api.get(self.path)
        if code != 200:
            raise BenchmarkError(f"a session is answered with {code}")
        is_registered = json.loads(body)["data"]["state"] is not None
        return is_registered != self.is_deleted

    def delete(self, client):
        """The second change."""
        client.command("DEL", f"mcp:session:{self.key_id}")
        self.since, self.is_deleted = time.monotonic(), True


class Visibility:
    """Milliseconds from a SET and a DEL to the API."""

    def __init__(self):
        self.set_ms, self.deleted_ms = [], []

    def measure(self, server, port, seconds):
        """Begins a probe every EVERY_SECONDS, however long the ones before take, and waits for all of them."""
        waiting, number = [], 0
        with RedisClient(server.address) as client, API(port) as api:
            started = time.monotonic()
            while waiting or time.monotonic() - started < seconds:
                passed = time.monotonic() - started
                if number * EVERY_SECONDS <= passed < seconds and len(waiting) < WAITING_MOST:
                    waiting.append(Probe(client, number))
                    number += 1
                for probe in list(waiting):
                    if self._look(probe, client, api):
                        waiting.remove(probe)
                time.sleep(POLL_SECONDS)
        return self

    def _look(self, probe, client, api):
        """Takes the time if the change shows; whether that was the last one."""
        asked = time.monotonic()
        if not probe.has_shown(api):
            if asked - probe.since > PATIENCE_SECONDS:
                raise BenchmarkError(f"a change does not show after {PATIENCE_SECONDS} s")
            return False
        took = 1000 * (time.monotonic() - probe.since)
        if probe.is_deleted:
            self.deleted_ms.append(took)
            return True
        self.set_ms.append(took)
        probe.delete(client)
        return False


def p99(values):
    """The 99th percentile."""
    return quantiles(values, n=100, method="inclusive")[98] if len(values) > 1 else values[0]


def beside(values):
    """Lesser figures of the same samples, for the table."""
    return [("p50 {:.1f} ms", median(values)), ("longest {:.1f} ms", max(values)), ("{:.0f} probes", len(values))]
