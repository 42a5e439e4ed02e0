"""A private redis-server: a unix socket in the run's folder, nothing on disk, filled with a registry."""

import contextlib

from .process import BenchmarkError, Process, run_json
from .redis_client import RedisClient, ServerUse

NODES = 8


class RedisServer(Process):
    """redis-server with `sessions` sessions of `nodes` nodes; without any session, it is empty, or holds what stands in the
    folder `data`."""

    def __init__(self, lab, sessions, nodes=NODES, data=None):
        folder = self.folder = data or lab.new_folder("redis")
        self.sessions, self.other_keys = sessions, sessions // 5
        self.address = str(folder / "s")
        self.url = f"unix://{self.address}?db=0"
        self.client = None
        super().__init__([
            "redis-server", "--port", "0", "--unixsocket", self.address, "--dir", str(folder),
            "--save", "", "--appendonly", "no",
        ], folder / "log")
        try:
            self.client = self.wait("an answer to PING", lambda: answering(self.address))
            if sessions:
                self._fill(lab, nodes)
        except BaseException:
            self.end()
            raise

    def end(self):
        """Closes our own connection as well."""
        if self.client:
            self.client.close()
        super().end()

    def use(self):
        """What the server has done so far, to the microsecond: /proc counts in hundredths of a second."""
        return ServerUse(self.client)

    def session_keys(self, lab):
        """How many keys there are under the sessions' prefix, by their names."""
        return run_json([lab.program("yardstick"), self.address, "--names"])["sessions"]

    def _fill(self, lab, nodes):
        filled = run_json([lab.program("fill"), self.address, str(self.sessions), "--nodes", str(nodes)])
        lab.say(f"{filled['keys']} keys in {filled['seconds']:.1f} s")
        # The first full scan also ends the growth of the server's hash table, and is not counted.
        seen = run_json([lab.program("yardstick"), self.address])
        if seen["sessions"] != self.sessions:
            raise BenchmarkError(f"{seen['sessions']} sessions where {self.sessions} were filled")


def answering(address):
    """A connection whose server answers PING, or None: it may be starting."""
    with contextlib.suppress(OSError, BenchmarkError):
        client = RedisClient(address)
        try:
            client.command("PING")
        except BaseException:
            client.close()
            raise
        return client
    return None
