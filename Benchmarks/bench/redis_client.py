"""A connection to a private Redis, for the few commands that a benchmark itself gives."""

import socket

from .process import BenchmarkError

REPLY_SECONDS = 60


class RedisClient:
    """Commands on one connection; an error reply ends the run."""

    def __init__(self, address):
        """`address` is the path of a unix socket, or (host, port)."""
        self.socket = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
        self.socket.settimeout(REPLY_SECONDS)
        self.socket.connect(address)
        self.replies = self.socket.makefile("rb")

    def close(self):
        """Ends the connection."""
        self.replies.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def command(self, *words):
        """The reply to one command: int, str, list or None."""
        encoded = [str(word).encode() for word in words]
        self.socket.sendall(b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in encoded))
        return self._reply()

    def _reply(self):
        line = self.replies.readline()
        if not line.endswith(b"\r\n"):
            raise BenchmarkError("redis-server closed the connection")
        kind, text = line[:1], line[1:-2].decode()
        if kind == b"-":
            raise BenchmarkError(f"redis-server: {text}")
        if kind == b"+":
            return text
        if kind == b":":
            return int(text)
        if int(text) < 0:
            return None
        if kind == b"*":
            return [self._reply() for _ in range(int(text))]
        return self.replies.read(int(text) + 2)[:-2].decode()

    def info(self, *sections):
        """INFO's fields as text by name."""
        lines = self.command("INFO", *sections).splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)


class ServerUse:
    """What a server has done so far, at one moment: one INFO, which counts itself in the next."""

    def __init__(self, client):
        info = client.info("cpu", "commandstats")
        self.cpu_seconds = float(info["used_cpu_user"]) + float(info["used_cpu_sys"])
        statistics = [value for name, value in info.items() if name.startswith("cmdstat_")]
        fields = [dict(field.split("=") for field in value.split(",")) for value in statistics]
        self.commands = sum(int(field["calls"]) for field in fields)
        self.command_seconds = sum(int(field["usec"]) for field in fields) / 1e6
