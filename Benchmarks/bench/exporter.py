"""prometheus-redis-exporter, the peer that operators run today."""

import urllib.request

from .process import Process

SCRAPE_SECONDS = 900


class Exporter(Process):
    """The exporter beside a private server, at a port of the kernel's choice."""

    def __init__(self, lab, server, *options):
        super().__init__([
            "prometheus-redis-exporter", "-redis.addr", f"unix://{server.address}",
            "-web.listen-address", "127.0.0.1:0", *options,
        ], lab.log("exporter"))
        try:
            self.url = f"http://127.0.0.1:{self.port()}/metrics"
        except BaseException:
            self.end()
            raise

    def scrape(self):
        """The bytes of one answer."""
        with urllib.request.urlopen(self.url, timeout=SCRAPE_SECONDS) as answer:
            return answer.read()
