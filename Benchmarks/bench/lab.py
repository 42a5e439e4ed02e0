"""What every section works with: the folder of the run, the compiled programs, the options, the results."""

import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

from .process import BenchmarkError

HERE = Path(__file__).resolve().parent.parent
BUILT = HERE / "out"
MANY_SESSIONS = 1_000_000
PROGRAMS = {
    "fill": "hiredis", "yardstick": "hiredis", "latency": "hiredis", "writes": "hiredis", "subscriber": "hiredis",
    "replay": "hiredis", "ask": "hiredis", "static_http": "microhttpd", "log_lines": "c", "log_writer": "c",
    "memmem_lines": "c", "timed": "c",
}
TOOLS = {  # tool -> Debian package
    "redis-server": "redis-server", "redis-cli": "redis-tools", "wrk": "wrk", "cc": "gcc",
    "prometheus-redis-exporter": "prometheus-redis-exporter",
}
SECTION_TOOLS = {"events": {"mtail": "mtail"}}  # needed by one section alone
HEADERS = {"hiredis/hiredis.h": "libhiredis-dev", "microhttpd.h": "libmicrohttpd-dev"}


class Lab:
    """Options and tools of one run."""

    def __init__(self, folder, options, results):
        self.folder, self.results = Path(folder), results
        self.options, self.rounds, self.seconds = options, options.rounds, options.seconds
        self.sessiond = None if options.peers_only else sessiond_binary()
        self.numbered = 0

    def program(self, name):
        """The path of a compiled C program."""
        return str(BUILT / name)

    def rounds_of(self, sessions):
        """How often each way is measured: beyond MANY_SESSIONS a round takes minutes."""
        return min(self.rounds, 3) if sessions > MANY_SESSIONS else self.rounds

    def log(self, name):
        """A new log file for a process."""
        self.numbered += 1
        return self.folder / f"{self.numbered:03}-{name}.log"

    def new_folder(self, name):
        """A new folder for a server."""
        self.numbered += 1
        folder = self.folder / f"{self.numbered:03}-{name}"
        folder.mkdir()
        return folder

    def say(self, text):
        """Progress, on stderr: the table alone is on stdout."""
        print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


def sessiond_binary():
    """The daemon's path: SESSIOND_BINARY, or the release build beside this folder."""
    path = Path(os.environ.get("SESSIOND_BINARY") or HERE.parent / ".build/release/mcp-sessiond")
    if not os.access(path, os.X_OK):
        raise BenchmarkError(f"{path} is missing: swift build -c release, or set SESSIOND_BINARY, or --peers-only")
    return str(path)


def tools_of(sections):
    """tool -> Debian package, of all that these sections need."""
    tools = dict(TOOLS)
    for section in sections:
        tools.update(SECTION_TOOLS.get(section, {}))
    return tools


def prepare(sections):
    """Checks the tools, compiles the programs and makes the Python environment; what is missing ends the run."""
    for tool, package in tools_of(sections).items():
        if shutil.which(tool) is None:
            raise BenchmarkError(f"{tool} is missing: apt-get install {package}")
    for header, package in HEADERS.items():
        check = ["cc", "-fsyntax-only", "-include", header, "-x", "c", os.devnull]
        if subprocess.run(check, capture_output=True).returncode != 0:
            raise BenchmarkError(f"{header} is missing: apt-get install {package}")
    BUILT.mkdir(exist_ok=True)
    for name, library in PROGRAMS.items():
        compiled = subprocess.run(
            ["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", BUILT / name, HERE / f"{name}.c", f"-l{library}"],
            capture_output=True, text=True)
        if compiled.returncode != 0:
            raise BenchmarkError(f"{name}.c does not compile:\n{compiled.stderr}")
    if "reading" in sections:
        make_venv()


def make_venv():
    """out/venv with redis-py and hiredis; made once."""
    ready = subprocess.run([venv_python(), "-c", "import redis, hiredis"], capture_output=True) \
        if os.access(venv_python(), os.X_OK) else None
    if ready is not None and ready.returncode == 0:
        return
    made = subprocess.run([sys.executable, "-m", "venv", BUILT / "venv"], capture_output=True, text=True)
    if made.returncode != 0:
        raise BenchmarkError("python3 -m venv failed: apt-get install python3-venv")
    pip = [venv_python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
           "-r", HERE / "requirements.txt"]
    if subprocess.run(pip, stdout=sys.stderr).returncode != 0:
        raise BenchmarkError("pip could not install redis and hiredis into Benchmarks/out/venv")


def venv_python():
    """The interpreter that has redis-py."""
    return str(BUILT / "venv/bin/python3")


def machine(lab):
    """The machine's facts and the versions of what is compared, as lines of Markdown."""
    info = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in info if line.startswith("model name")), "unknown CPU")
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 2**20
    packages = ["redis-server", "libhiredis-dev", "libmicrohttpd-dev", "prometheus-redis-exporter", "wrk"]
    packages += [package for section in lab.options.only for package in SECTION_TOOLS.get(section, {}).values()]
    lines = [
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release()}, {platform.machine()}; "
        f"{time.strftime('%Y-%m-%d %H:%M %Z')}; load before {os.getloadavg()[0]:.2f}",
        "; ".join(f"{name} {first_line(['dpkg-query', '-W', '-f', '${Version}', name])}" for name in packages)
        + "; " + ", ".join((HERE / "requirements.txt").read_text().split()),
    ]
    if lab.sessiond:
        revision = first_line(["git", "-C", str(HERE), "rev-parse", "--short", "HEAD"])
        lines.append(f"mcp-sessiond: {first_line([lab.sessiond, '--version'])}, tree at {revision}")
    return lines


def first_line(command):
    """What a command says first, or "unknown"."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    lines = done.stdout.strip().splitlines()
    return lines[0] if done.returncode == 0 and lines else "unknown"
