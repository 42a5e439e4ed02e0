"""Section `memory`: what the daemon holds for a session, after several readings."""

from .sessiond import Sessiond

READINGS = 5
ROUNDS = 3
MB = 1e6
WHO = "mcp-sessiond"


class Memory:
    """Keeps the size of the daemon at an empty registry, above which the sessions are counted."""

    def __init__(self):
        self.empty = None

    def measure(self, lab, server):
        """The daemon's size, and from the second registry on the bytes a session; the empty registry comes first."""
        for number in range(min(lab.rounds, ROUNDS)):
            with Sessiond(lab, server, every="1s") as daemon:
                daemon.wait_readings(READINGS)
                held = daemon.memory()
            lab.say(f"memory {server.sessions:,} round {number + 1}: VmRSS {held['VmRSS'] / MB:.1f} MB")
            lab.results.add("memory, resident", server.sessions, WHO, held["VmRSS"] / MB, "{:.1f} MB", [
                ("anonymous {:.1f} MB", held["RssAnon"] / MB), ("peak {:.1f} MB", held["VmHWM"] / MB)])
            if server.sessions == 0:
                self.empty = self.empty or held
            else:
                resident, anonymous = (
                    (held[name] - self.empty[name]) / server.sessions for name in ("VmRSS", "RssAnon"))
                lab.results.add("memory of a session, resident", server.sessions, WHO, resident, "{:.1f} bytes",
                                [("anonymous {:.1f} bytes", anonymous)])
