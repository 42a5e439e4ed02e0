"""A private redis-server: a unix socket in the run's folder, nothing on disk, filled from a fixed seed."""

import socket

from .process import BenchmarkError, Process, run_json


class RedisServer(Process):
    """redis-server with `sessions` sessions; without any, it is empty."""

    def __init__(self, lab, sessions):
        folder = lab.folder / f"redis-{sessions}"
        folder.mkdir()
        self.sessions, self.other_keys = sessions, sessions // 5
        self.socket = str(folder / "s")
        super().__init__([
            "redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", str(folder),
            "--save", "", "--appendonly", "no",
        ], folder / "log")
        try:
            self.wait("an answer to PING", self._answers)
            if sessions:
                self._fill(lab)
        except BaseException:
            self.end()
            raise

    def _answers(self):
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(self.socket)
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def _fill(self, lab):
        filled = run_json([lab.program("fill"), self.socket, str(self.sessions)])
        lab.say(f"{filled['keys']} keys in {filled['seconds']:.1f} s")
        # The first reading also ends the growth of the server's hash table, and is not counted.
        seen = run_json([lab.program("yardstick"), self.socket])
        if seen["sessions"] != self.sessions:
            raise BenchmarkError(f"{seen['sessions']} sessions where {self.sessions} were filled")
