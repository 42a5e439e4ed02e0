"""The daemon's JSON API on one keep-alive connection, asked often and cheaply."""

import http.client
import json

from .process import BenchmarkError

ANSWER_SECONDS = 30


class API:
    """GETs, one after another."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def get(self, path):
        """Status and body; the connection stays, or is made anew."""
        try:
            self.connection.request("GET", path)
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise BenchmarkError(f"GET {path.split('?')[0]}: {error!r}") from error

    def status(self):
        """`data` of /api/v1/status."""
        code, body = self.get("/api/v1/status")
        if code != 200:
            raise BenchmarkError(f"/api/v1/status answers {code}")
        return json.loads(body)["data"]
