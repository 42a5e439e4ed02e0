"""Processes under measurement, seen through /proc: CPU time, memory, the port that the kernel chose."""

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
END_SECONDS = 10  # from SIGTERM to SIGKILL


class BenchmarkError(Exception):
    """What stops the run, as one line for the user."""


class Process:
    """A running program, ended by its pid when the `with` block is left; its output goes to `log`."""

    def __init__(self, command, log):
        self.name, self.log = Path(command[0]).name, Path(log)
        with open(log, "wb") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        """SIGTERM, and SIGKILL if it has not ended within END_SECONDS."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()

    def cpu_seconds(self):
        """User and system time of all its threads so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def switches(self):
        """Context switches so far, by thread."""
        counts = {}
        for thread in Path(f"/proc/{self.pid}/task").iterdir():
            with contextlib.suppress(OSError):  # one that ended meanwhile
                lines = (thread / "status").read_text().splitlines()
                counts[thread.name] = sum(int(line.split()[1]) for line in lines if "ctxt_switches" in line)
        return counts

    def pin(self, cores):
        """Lets all its threads run on these cores alone."""
        for thread in Path(f"/proc/{self.pid}/task").iterdir():
            with contextlib.suppress(ProcessLookupError):  # one that ended meanwhile
                os.sched_setaffinity(int(thread.name), cores)

    def memory(self):
        """VmRSS, RssAnon and VmHWM (the peak) in bytes."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        values = {key: text.split()[0] for key, _, text in (line.partition(":") for line in lines) if text.split()}
        return {key: int(values[key]) * 1024 for key in ("VmRSS", "RssAnon", "VmHWM")}

    def wait(self, what, condition, seconds=30, every=0.02):
        """The first true answer of `condition`; a failure if the process ends or the time is over before."""
        deadline = time.monotonic() + seconds
        while True:
            answer = condition()
            if answer:
                return answer
            if self.process.poll() is not None:
                raise BenchmarkError(f"{self.name} ended ({self.process.returncode}): {self.last_line()}")
            if time.monotonic() > deadline:
                raise BenchmarkError(f"{self.name}: {what} not within {seconds} s: {self.last_line()}")
            time.sleep(every)

    def last_line(self):
        """The end of its log, as the reason why it failed."""
        lines = self.log.read_text(errors="replace").splitlines()
        return lines[-1] if lines else "(it wrote nothing)"

    def port(self):
        """The TCP port on which it listens, once it does."""
        return self.wait("a listening port", self._port)

    def _port(self):
        with contextlib.suppress(OSError):  # it may end meanwhile, which `wait` then says
            return self._listening_port()

    def _listening_port(self):
        sockets = set()
        for entry in Path(f"/proc/{self.pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                sockets.add(os.readlink(entry))
        for table in ("tcp", "tcp6"):
            for line in Path(f"/proc/{self.pid}/net/{table}").read_text().splitlines()[1:]:
                fields = line.split()  # number, local address, remote address, state, ..., inode
                if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                    return int(fields[1].rsplit(":", 1)[1], 16)
        return None


def run_json(command):
    """The last line that the command prints, read as JSON."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise BenchmarkError(f"{Path(command[0]).name} failed: {lines[-1] if lines else done.returncode}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def run_timed(command):
    """Seconds and CPU seconds of a command from start to end; its output is thrown away."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise BenchmarkError(f"{Path(command[0]).name} failed ({process.returncode})")
    return time.monotonic() - started, usage.ru_utime + usage.ru_stime
