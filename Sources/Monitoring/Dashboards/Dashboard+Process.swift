extension Dashboard {
    private static let requests = "mcp_sessiond_http_requests_total"

    /// The requests to mcp-sessiond, and its answers.
    static let http = Row(
        "HTTP",
        Panel(
            "Requests by route", "Answers per second. `other`: requests without a route.", .stacked,
            unit: .requestsPerSecond, Target(PromQL.sum(requests, .rate, by: "route"), "{{route}}")),
        Panel(
            "Answers that are no success",
            """
            401 and 403: there is no token, or it lacks the scope. 503 of `/readyz`: not ready; 503 of events: no \
            room. Any other 5xx: a bug.
            """,
            .bars, unit: .requestsPerSecond,
            Target(
                PromQL.sum(requests, .rate, where: ##"code=~"[45]..""##, by: "route", "code"),
                "{{code}} {{route}}", absence: "every request was answered well")),
        Panel(
            "Time to make an answer, 95 %", "By route. A scrape takes milliseconds, even if Redis hangs.", .lines,
            unit: .seconds, thresholds: .high(yellow: 0.5, red: 2),
            Target(
                PromQL.quantile(0.95, of: "mcp_sessiond_http_request_duration_seconds", by: "route"),
                "{{route}}")))

    /// The resources that mcp-sessiond uses.
    static let process = Row(
        "Process",
        Panel(
            "CPU", "1 is one core. Bursts come from full scans, and from catching up with logs.",
            .lines, unit: .share,
            Target(PromQL.sum("process_cpu_seconds_total", .rate, by: "instance"), "{{instance}}")),
        Panel(
            "Memory", "Resident memory: about 45 MB, and 60 bytes for each session.", .lines,
            unit: .bytes, Target(PromQL.sum("process_resident_memory_bytes", by: "instance"), "{{instance}}")),
        Panel(
            "File descriptors", "The share of allowed descriptors that are open. Near 1: raise the limit.", .lines,
            unit: .share, thresholds: .high(yellow: 0.7, red: 0.9), maximum: 1,
            Target(
                "max by (instance) (\(PromQL.select("process_open_fds")) / \(PromQL.select("process_max_fds")))",
                "{{instance}}")))
}
