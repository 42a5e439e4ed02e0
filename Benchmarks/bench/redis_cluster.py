"""A private Redis Cluster on 127.0.0.1: three masters that share the slots evenly, each with its nodes.conf on disk."""

import contextlib
import socket
import time

from .process import BenchmarkError, Process, run_json
from .redis_server import NODES, answering

MASTERS = 3
SLOTS = 16384
FORM_SECONDS = 60
MAKE_TRIES = 5  # another process may take a port that was found free


class Master(Process):
    """One redis-server of the cluster, at a port that was free a moment ago."""

    def __init__(self, lab, number):
        folder = lab.new_folder("master")
        self.first, self.last = number * SLOTS // MASTERS, (number + 1) * SLOTS // MASTERS - 1
        self.listening, self.bus = free_ports(2)
        self.address = f"127.0.0.1:{self.listening}"
        self.client = None
        super().__init__([
            "redis-server", "--bind", "127.0.0.1", "--port", str(self.listening), "--cluster-enabled", "yes",
            "--cluster-port", str(self.bus), "--cluster-node-timeout", "60000", "--dir", str(folder),
            "--save", "", "--appendonly", "no",
        ], folder / "log")
        try:
            self.client = self.wait("an answer to PING", lambda: answering(("127.0.0.1", self.listening)))
            # Masters that all begin with epoch 0 would first have to settle who goes before whom.
            self.client.command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            self.client.command("CLUSTER", "ADDSLOTSRANGE", self.first, self.last)
        except BaseException:
            self.end()
            raise

    def end(self):
        """Closes our own connection as well."""
        if self.client:
            self.client.close()
        super().end()

    def is_whole(self):
        """Whether it finds all slots served, and knows the others."""
        state = self.client.command("CLUSTER", "INFO")
        return "cluster_state:ok" in state and f"cluster_known_nodes:{MASTERS}" in state


class RedisCluster:
    """Three masters with the registry of `sessions` sessions, each with the keys of its slots."""

    def __init__(self, lab, sessions):
        self.sessions, self.running = sessions, contextlib.ExitStack()
        try:
            self.masters = [self.running.enter_context(made(lab, number)) for number in range(MASTERS)]
            self.url = "redis+cluster://" + ",".join(master.address for master in self.masters)
            self._join()
            self._fill(lab)
        except BaseException:
            self.running.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.running.close()

    def _join(self):
        first, deadline = self.masters[0], time.monotonic() + FORM_SECONDS
        for master in self.masters[1:]:
            first.client.command("CLUSTER", "MEET", "127.0.0.1", master.listening, master.bus)
        while not all(master.is_whole() for master in self.masters):
            if time.monotonic() > deadline:
                raise BenchmarkError(f"the cluster is not whole after {FORM_SECONDS} s")
            time.sleep(0.05)

    def _fill(self, lab):
        filled = [
            run_json([
                lab.program("fill"), master.address, str(self.sessions), "--nodes", str(NODES),
                "--slots", f"{master.first}-{master.last}",
            ]) for master in self.masters
        ]
        lab.say("keys of the masters: " + ", ".join(str(answer["keys"]) for answer in filled))
        if sum(answer["sessions"] for answer in filled) != self.sessions:
            raise BenchmarkError("the masters' sessions are not those of the whole registry")
        for master in self.masters:  # ends the growth of the server's hash table
            run_json([lab.program("yardstick"), master.address, "--get"])


def made(lab, number):
    """A master; another try where one of its ports was taken."""
    for attempt in range(MAKE_TRIES):
        try:
            return Master(lab, number)
        except BenchmarkError:
            if attempt == MAKE_TRIES - 1:
                raise
    raise AssertionError("MAKE_TRIES is at least 1")


def free_ports(count):
    """Ports of 127.0.0.1 that nobody listens on now."""
    with contextlib.ExitStack() as open_sockets:
        sockets = [open_sockets.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
