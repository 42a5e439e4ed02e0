"""A proxy before a private Redis that keeps the calls of scripts which go through it."""

import contextlib
import os
import socket
import threading

from .process import BenchmarkError

CHUNK = 1 << 20


class Recorder:
    """Listens on a unix socket of its own and hands everything on; `calls` are EVAL and EVALSHA as they went over it."""

    def __init__(self, lab, server):
        self.address = str(lab.new_folder("recorder") / "s")
        self.url = f"unix://{self.address}?db=0"
        self.target = server.address
        self.calls = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.address)
        self.listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        os.unlink(self.address)

    def _accept(self):
        with contextlib.suppress(OSError):  # the listener is closed at the end
            while True:
                client, _ = self.listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self.target)
                threading.Thread(target=self._questions, args=(client, server), daemon=True).start()
                threading.Thread(target=hand_on, args=(server, client), daemon=True).start()

    def _questions(self, client, server):
        held = b""
        with contextlib.suppress(OSError), client, server:
            while chunk := client.recv(CHUNK):
                server.sendall(chunk)
                held = self._keep(held + chunk)
            server.shutdown(socket.SHUT_WR)

    def _keep(self, held):
        """Takes whole commands from the front; what is left."""
        at = 0
        while (command := command_at(held, at)) is not None:
            end, words = command
            if words[0] in (b"EVAL", b"EVALSHA"):
                self.calls.append((words, held[at:end]))
            at = end
        return held[at:]


def hand_on(source, target):
    """All that comes from one socket to the other."""
    with contextlib.suppress(OSError):
        while chunk := source.recv(CHUNK):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)


def command_at(held, at):
    """(its end, its words) of the command that begins there; None where it is not whole."""
    line = held.find(b"\r\n", at)
    if line < 0:
        return None
    if held[at:at + 1] != b"*":
        raise BenchmarkError("the daemon sent what is no command")
    words, count, at = [], int(held[at + 1:line]), line + 2
    for _ in range(count):
        line = held.find(b"\r\n", at)
        if line < 0:
            return None
        length = int(held[at + 1:line])
        at = line + 2 + length + 2
        if at > len(held):
            return None
        words.append(held[line + 2:at - 2])
    return at, words
