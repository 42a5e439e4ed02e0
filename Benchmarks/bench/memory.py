"""Section `memory`: what the daemon holds for a session, after several readings."""

from .sessiond import Sessiond

READINGS = 5
ROUNDS = 3
MIB = 2**20


class Memory:
    """Keeps the size of the daemon at an empty registry, above which the sessions are counted."""

    def __init__(self):
        self.empty = None

    def measure(self, lab, server):
        """The daemon's size, and from the second registry on the bytes a session; the empty registry comes first."""
        for number in range(min(lab.rounds, ROUNDS)):
            with Sessiond(lab, server, scan_every="1s") as daemon:
                daemon.wait_readings(READINGS)
                held = daemon.memory()
            lab.say(f"memory {server.sessions:,} round {number + 1}: VmRSS {held['VmRSS'] / MIB:.1f} MiB")
            sizes = [
                ("RssAnon {:.1f} MiB", held["RssAnon"] / MIB), ("VmRSS {:.1f} MiB", held["VmRSS"] / MIB),
                ("peak {:.1f} MiB", held["VmHWM"] / MIB),
            ]
            if server.sessions == 0:
                self.empty = self.empty or held
                lab.results.add("memory, VmRSS", 0, "mcp-sessiond", held["VmRSS"] / MIB, "{:.1f} MiB", sizes)
            else:
                anonymous, resident = (
                    (held[name] - self.empty[name]) / server.sessions for name in ("RssAnon", "VmRSS"))
                lab.results.add("memory of a session, RssAnon", server.sessions, "mcp-sessiond", anonymous,
                                "{:.0f} bytes", [("{:.0f} bytes of VmRSS", resident), *sizes])
