"""Which alerts fire on a simulated day: `alerts.py SAMPLES RULES...`.

Reads the metric pages that simulate-rollouts wrote, one a minute, and has promtool evaluate the shipped rules on them. No
alert above `info` may fire: each rollout is harmless, and a crashed pod is replaced within the time that its alert waits. What
the simulation has no part in (Redis, the proxy's own metrics, the runs of cleanup) is given as it is in a healthy cluster."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

IDENTITY = 'cluster="day", job="mcp-sessiond", instance="a"'
HEALTHY = {
    f"up{{{IDENTITY}}}": "1x{n}",
    f"process_start_time_seconds{{{IDENTITY}}}": "-90000x{n}",
    f"mcp_sessiond_redis_up{{{IDENTITY}}}": "1x{n}",
    f"mcp_sessiond_scan_last_success_timestamp_seconds{{{IDENTITY}}}": "0+60x{n}",
    f"mcp_sessiond_leader{{{IDENTITY}}}": "1x{n}",
    f"mcp_sessiond_clock_skew_seconds{{{IDENTITY}}}": "0x{n}",
    f'mcp_sessiond_cleanup_mode{{{IDENTITY}, mcp_sessiond_cleanup_mode="delete"}}': "1x{n}",
    f"mcp_sessiond_cleanup_last_success_timestamp_seconds{{{IDENTITY}}}": "0+60x{n}",
    f"mcp_sessiond_cleanup_interval_seconds{{{IDENTITY}}}": "300x{n}",
    f'mcp_sessiond_cleanup_suspended{{{IDENTITY}, brake="dead_fraction"}}': "0x{n}",
    'traefik_service_requests_total{cluster="day", job="traefik", service="mcp@docker", code="200"}': "0+60000x{n}",
}
# A node of another cluster that dies and stays dead: this one must be told.
CONTROL = 'cluster="control", job="mcp-sessiond", instance="a", node_id="lost"'
LOST = {
    f"mcp_registry_node_up{{{CONTROL}}}": "1x60 0x{n}",
    f'mcp_registry_sessions{{{CONTROL}, state="owned"}}': "5x60 0x{n}",
    f'mcp_registry_sessions{{{CONTROL}, state="orphaned"}}': "0x60 5x{n}",
}
SAMPLE = re.compile(r"([a-zA-Z_:]+)(?:\{(.*)\})? (\S+)")


def pages(path):
    page = None
    with open(path) as lines:
        for line in lines:
            if line.startswith("# page"):
                if page is not None:
                    yield page
                page = []
            elif not line.startswith("#"):
                page.append(line.rstrip("\n"))
    yield page


def read(path, wanted):
    """The values of each series by minute, and the number of minutes."""
    series, minutes = {}, 0
    for minute, page in enumerate(pages(path)):
        minutes = minute + 1
        for line in page:
            family, labels, value = SAMPLE.fullmatch(line).groups()
            if family in wanted:
                name = f"{family}{{{IDENTITY}{', ' + labels if labels else ''}}}"
                series.setdefault(name, {})[minute] = value
    return series, minutes


def values(samples):
    """In promtool's notation, with `_` where there is none; the series ends stale."""
    words, last = [], -1
    for minute, value in samples.items():
        missing = minute - last - 1
        if missing and last >= 0:
            words.append("stale")
            missing -= 1
        if missing:
            words.append(f"_x{missing}")
        words.append(value)
        last = minute
    return " ".join([*words, "stale"])


def main():
    samples, *rules = sys.argv[1:]
    named = set(re.findall(r"\bmcp_[a-z_]+", "".join(Path(rule).read_text() for rule in rules)))
    given = {series.split("{")[0] for series in HEALTHY}
    series, minutes = read(samples, named - given)
    with tempfile.TemporaryDirectory(prefix="day-") as folder:
        test = Path(folder, "day.yaml")
        with test.open("w") as out:
            print("rule_files:", *(f"  - {Path(rule).resolve()}" for rule in rules), sep="\n", file=out)
            print("evaluation_interval: 1m\ntests:\n  - interval: 1m\n    input_series:", file=out)
            for name, shape in (HEALTHY | LOST).items():
                print(f"      - {{series: '{name}', values: '{shape.format(n=minutes)}'}}", file=out)
            for name, found in series.items():
                print(f"      - {{series: '{name}', values: '{values(found)}'}}", file=out)
            print("    promql_expr_test:", file=out)
            lost = 'ALERTS{alertstate="firing", alertname="McpNodeDownWithSessions", cluster="control"}'
            print(f"      - {{expr: 'count({lost})', eval_time: 90m, exp_samples: [{{labels: '{{}}', value: 1}}]}}", file=out)
            for minute in range(minutes):
                print(f'      - {{expr: \'ALERTS{{alertstate="firing", severity!="info", cluster="day"}}\', eval_time: {minute}m}}', file=out)
        print(f"{len(series)} series over {minutes} minutes")
        done = subprocess.run(["promtool", "test", "rules", test], capture_output=True, text=True)
    told = done.stdout + done.stderr
    fired = sorted(set(re.findall(r'got: .*?alertname="(\w+)"', told)))
    print(f"fires: {', '.join(fired)}" if fired else told[-2000:])
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
