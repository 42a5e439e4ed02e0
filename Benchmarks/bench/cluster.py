"""Section `cluster`: three masters on this machine, read side by side."""

import json
import subprocess

from .process import BenchmarkError
from .reading import WHAT
from .redis_cluster import RedisCluster
from .sessiond import Sessiond

YARDSTICKS = "three C yardsticks (GET and PTTL) side by side"


def yardsticks(lab, cluster):
    """From the beginning of the first to the end of the last, and the CPU seconds of all."""
    running = [
        subprocess.Popen([lab.program("yardstick"), master.address, "--get"], stdout=subprocess.PIPE, text=True)
        for master in cluster.masters
    ]
    answers = []
    for process in running:
        printed = process.communicate()[0]
        if process.returncode == 0:
            answers.append(json.loads(printed))
    if len(answers) < len(running) or sum(answer["sessions"] for answer in answers) != cluster.sessions:
        raise BenchmarkError("the yardsticks did not see all sessions")
    took = max(answer["ended"] for answer in answers) - min(answer["began"] for answer in answers)
    return took, sum(answer["cpu_seconds"] for answer in answers)


def sessiond(lab, cluster):
    """From the beginning of the first master's reading to the end of the last one's; CPU from its start on."""
    with Sessiond(lab, cluster) as daemon:
        _, count = daemon.wait_readings(len(cluster.masters))
        daemon.wait_sessions("registered", cluster.sessions)
        spans = daemon.logged_readings()
        if count != len(cluster.masters) or len(spans) != count:
            raise BenchmarkError(f"{count} readings and {len(spans)} of them logged, of {len(cluster.masters)} masters")
        return max(ended for _, ended in spans) - min(began for began, _ in spans), daemon.cpu_seconds()


def measure(lab, sessions):
    """The C loops and the daemon in turns."""
    with RedisCluster(lab, sessions) as cluster:
        for number in range(lab.rounds):
            for who, way in ((YARDSTICKS, yardsticks), ("mcp-sessiond, first full scan", sessiond)):
                before = sum(master.cpu_seconds() for master in cluster.masters)
                seconds, cpu = way(lab, cluster)
                used = sum(master.cpu_seconds() for master in cluster.masters) - before
                lab.results.add(f"{WHAT}, cluster of three", sessions, who, seconds, "{:.3f} s",
                                [("client CPU {:.2f} s", cpu), ("Redis CPU {:.2f} s", used)])
                lab.say(f"cluster round {number + 1}: {who} {seconds:.3f} s")
