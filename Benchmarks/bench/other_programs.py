"""How much of the machine was not ours while we measured."""

import os
import resource
import time
from pathlib import Path

from .process import TICKS


class OtherPrograms:
    """CPU time that programs outside this run take: what makes a measurement on a shared machine worth less."""

    def __init__(self):
        self.begun = self._now()

    def share(self):
        """Their share of all cores since the beginning, 0 to 1; right once our own processes have ended."""
        machine, ours, wall = (now - before for now, before in zip(self._now(), self.begun))
        return max(0.0, machine - ours) / (wall * os.cpu_count())

    @staticmethod
    def _now():
        user, nice, system, _, _, interrupts, soft = map(int, Path("/proc/stat").read_text().split()[1:8])
        usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        ours = sum(usage.ru_utime + usage.ru_stime for usage in usages)
        return (user + nice + system + interrupts + soft) / TICKS, ours, time.monotonic()
