"""A daemon, asked over its HTTP API and its metrics page."""

import hashlib
import re

import httpx

TOKEN = "test-bed-token-of-daemon-a"


def ref(session):
    """A session as the daemon shows it."""
    return "s:" + hashlib.sha256(session.encode()).hexdigest()[:16]


class Daemon:
    """One running mcp-sessiond."""

    def __init__(self, name, url):
        self.name, self.url = name, url
        self.web = httpx.AsyncClient(base_url=url, timeout=5)

    async def ready(self):
        try:
            return (await self.web.get("/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async def data(self, path, **parameters):
        answer = await self.web.get(f"/api/v1/{path}", params=parameters)
        answer.raise_for_status()
        return answer.json()["data"]

    async def explain(self, session):
        """The explanation of one session, by its id."""
        answer = await self.web.post("/api/v1/sessions/lookup", json={"id": session})
        answer.raise_for_status()
        return answer.json()["data"]

    async def clean(self):
        """Orders a run of cleanup that removes; returns its name."""
        answer = await self.web.post(
            "/api/v1/cleanup", json={"dry_run": False, "by": "story"}, headers={"authorization": f"Bearer {TOKEN}"})
        answer.raise_for_status()
        return answer.json()["data"]["run"]

    async def refused(self):
        """How many refused requests were judged, by verdict, and the latest of them, newest first."""
        answer = await self.data("misroutes", limit=1000)
        return answer["totals"], [row for row in answer["recent"] for _ in range(row["count"])]

    async def incidents(self):
        return await self.data("incidents", limit=1000)

    async def has_open(self, kind):
        """Whether an incident of this kind is open."""
        return any(one["open"] for one in await self.incidents() if one["kind"] == kind)

    async def has_status(self, status, *nodes):
        """Whether these nodes all have this status."""
        return all([(await self.data(f"nodes/{node}"))["status"] == status for node in nodes])

    async def findings(self):
        """What is wrong: name -> severity."""
        return {one["finding"]: one["severity"] for one in (await self.data("status"))["findings"]}

    async def metrics(self):
        """The metrics page: (name, labels) -> value."""
        page = (await self.web.get("/metrics")).text
        return {
            (name, labels or ""): float(value)
            for name, labels, value in re.findall(r"(?m)^(\w+)(?:\{(.*)\})? (\S+)", page)
        }

    async def counted(self):
        """Refused requests by the counters of the metrics page: series -> value."""
        families = ("mcp_sessiond_misroutes_total", "mcp_sessiond_unknown_session_requests_total")
        return {series: int(value) for series, value in (await self.metrics()).items() if series[0] in families}

    async def has_judged(self, files):
        """Whether these log files are read to their ends, every line is judged, and no verdict waits for proof."""
        size = sum(file.stat().st_size for file in files)
        page = await self.metrics()
        judged = page.get(("mcp_sessiond_log_offset_bytes", 'source="file"'))
        waiting = page.get(("mcp_sessiond_queue_length", 'queue="events"'), 0)
        return judged == size and not waiting and not page.get(("mcp_sessiond_verdicts_pending", ""), 0)
