"""redispy_read.py SOCKET: the registry read once with redis-py and hiredis, as a careful script would do it.

The same commands as yardstick.c ([next SCAN, MGET of the page, PTTL of each key] in one pipeline), each value through
json.loads, sessions counted by node. Prints seconds, sessions and CPU time as one line of JSON.
"""

import json
import sys
import time
from collections import Counter

import redis
from redis.utils import HIREDIS_AVAILABLE

PAGE = 300
PREFIX = b"mcp:session:"


def read(client):
    """All sessions once: counts by node, and the sum of their TTLs in milliseconds."""
    nodes, ttl_sum = Counter(), 0
    cursor, keys = client.scan(0, match="mcp:*", count=PAGE)
    while cursor or keys:
        pipeline = client.pipeline(transaction=False)
        if cursor:
            pipeline.scan(cursor, match="mcp:*", count=PAGE)
        if keys:
            pipeline.mget(keys)
            for key in keys:
                pipeline.pttl(key)
        replies = iter(pipeline.execute())
        page = keys
        cursor, keys = next(replies) if cursor else (0, [])
        if page:
            for key, value in zip(page, next(replies)):
                ttl_sum += next(replies)
                if key.startswith(PREFIX) and value is not None:
                    nodes[json.loads(value)["node"]] += 1
    return nodes, ttl_sum


def main():
    if not HIREDIS_AVAILABLE:
        sys.exit("redis-py does not find hiredis")
    client = redis.Redis(unix_socket_path=sys.argv[1])
    client.ping()
    cpu, started = time.process_time(), time.monotonic()
    nodes, ttl_sum = read(client)
    print(json.dumps({
        "seconds": time.monotonic() - started, "cpu_seconds": time.process_time() - cpu,
        "sessions": sum(nodes.values()), "nodes": dict(sorted(nodes.items())), "ttl_sum_ms": ttl_sum,
    }))


main()
