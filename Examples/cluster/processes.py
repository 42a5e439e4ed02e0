"""Processes that are started here and ended by their pid, and waiting with a deadline."""

import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path

END_SECONDS = 8  # from SIGTERM to SIGKILL


class Failure(Exception):
    """Something that stops the story, as one line."""


async def until(what, condition, seconds=15, every=0.05):
    """The first true answer of the coroutine function `condition`; a failure if there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := await condition()):
        if time.monotonic() > deadline:
            raise Failure(f"{what}: not within {seconds} s")
        await asyncio.sleep(every)
    return answer


def free_ports(count):
    """Ports that are free now. The kernel gives clients higher ones, so a node that restarts finds its own again."""
    ports = set()
    while len(ports) < count:
        port = random.randrange(20000, 32000)
        with contextlib.suppress(OSError), socket.socket() as attempt:
            attempt.bind(("127.0.0.1", port))
            ports.add(port)
    return sorted(ports)


class Process:
    """A running program; its output is in `<folder>/<name>.log` and `.err`."""

    def __init__(self, folder, name, command):
        self.name, self.errors = name, folder / f"{name}.err"
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MCP_SESSIOND_")}
        with open(folder / f"{name}.log", "ab") as output, open(self.errors, "ab") as errors:
            try:
                self.popen = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=environment,
                    start_new_session=True)
            except OSError as error:
                raise Failure(f"{command[0]} cannot be started: {error.strerror}") from error
        self.pid = self.popen.pid
        self.started = start_time(self.pid)

    @property
    def running(self):
        return self.popen.poll() is None

    def check(self):
        """Fails if it has ended, with its last words."""
        if not self.running:
            words = self.errors.read_text(errors="replace").strip().splitlines()
            raise Failure(f"{self.name} ended ({self.popen.returncode}): {words[-1] if words else 'it said nothing'}")

    def send(self, number):
        self.popen.send_signal(number)

    async def ended(self, seconds=END_SECONDS):
        """Waits for its end; SIGKILL if it takes too long."""
        try:
            await until(f"the end of {self.name}", self._is_over, seconds, every=0.02)
        except Failure:
            self.popen.kill()
            self.popen.wait()
            raise

    async def _is_over(self):
        return not self.running

    async def stop(self, number=signal.SIGTERM):
        if self.running:
            self.send(signal.SIGCONT)  # one that is stopped would not hear the next
            self.send(number)
        await self.ended()


def start_time(pid):
    """When a process started, in ticks since the host's boot; None if there is no such process."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19])


def write_pids(file, processes):
    """Notes what runs, for `end_noted`."""
    file.write_text(json.dumps({process.name: [process.pid, process.started] for process in processes}, indent=1))


def end_noted(file):
    """Ends what `write_pids` noted: by pid, and only if that is still the same process. Returns their names."""
    ours = {
        name: pid for name, (pid, started) in json.loads(file.read_text()).items()
        if started is not None and start_time(pid) == started
    }
    for pid in ours.values():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + END_SECONDS
    while any(start_time(pid) for pid in ours.values()) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in ours.values():
        if start_time(pid):
            os.kill(pid, signal.SIGKILL)
    file.unlink()
    return list(ours)
