"""The nodes of a filled registry, beating."""

import json
import threading
import time

from .redis_client import RedisClient

TTL_BEATS = 4  # a heartbeat key lives for as many beats


class BeatingNodes:
    """Writes each node's heartbeat every so many seconds in a thread, from the one that was filled in."""

    def __init__(self, server, count, every_seconds):
        self.server, self.every_seconds = server, every_seconds
        self.names = [f"mcp:node:node-{number + 1}" for number in range(count)]
        self.beats = 0
        self.last_beat = 0.0
        self.changed, self.is_silent, self.is_ending = threading.Condition(), False, False
        self.failure = None
        self.thread = threading.Thread(target=self._beat)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        with self.changed:
            self.is_ending = True
            self.changed.notify()
        self.thread.join()
        if self.failure:
            raise self.failure

    def fall_silent(self):
        """No beat comes after this returns; the time of the last one on the monotonic clock."""
        with self.changed:
            self.is_silent = True
            return self.last_beat

    def with_beats(self, ask):
        """How many heartbeats were written so far, and what `ask` gives just then."""
        with self.changed:
            return self.beats, ask()

    def resume(self):
        """They beat again, at once."""
        with self.changed:
            self.is_silent = False
            self.changed.notify()

    def _beat(self):
        try:
            with RedisClient(self.server.address) as client:
                # An empty registry has no heartbeats to go on with.
                known = {name: json.loads(client.command("GET", name) or '{"boot":"b1"}') for name in self.names}
                with self.changed:
                    while not self.is_ending:
                        if not self.is_silent:
                            self._beat_once(client, known)
                        self.changed.wait(self.every_seconds)
        except Exception as error:  # handed to the thread that measures
            self.failure = error

    def _beat_once(self, client, known):
        life = max(int(self.every_seconds * 1000 * TTL_BEATS), 1000)
        for name, heartbeat in known.items():
            heartbeat["seen_at"] = round(time.time(), 3)
            client.command("SET", name, json.dumps(heartbeat), "PX", life)
            self.beats += 1
        self.last_beat = time.monotonic()
