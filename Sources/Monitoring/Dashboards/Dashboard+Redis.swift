extension Dashboard {
    private static let commands = "mcp_sessiond_redis_command_duration_seconds"

    /// The answers of Redis.
    static let redis = Row(
        "Redis",
        Panel(
            "Reachable",
            "Whether every watched server answers each instance. Red: `mcp-sessiond status` says why.",
            .stateTimeline, unit: .none, maximum: 1, mappings: ValueMapping.up, alert: "McpRegistryUnreachable",
            Target(PromQL.min("mcp_sessiond_redis_up", by: "instance"), "{{instance}}")),
        Panel(
            "Round trips, 95 %",
            """
            By command: `scan` is a batch of a full scan, `changes` reads changed keys, `heartbeats` is a check of the \
            nodes. All are slow: Redis or the network is busy.
            """,
            .lines, unit: .seconds, thresholds: .high(yellow: 0.1, red: 1), alert: "McpRegistryUnreachable",
            Target(PromQL.quantile(0.95, of: commands, by: "command"), "{{command}}")),
        Panel(
            "Commands", "Round trips per second, by command.", .stacked, unit: .perSecond,
            Target(PromQL.sum(commands + "_count", .rate, by: "command"), "{{command}}")),
        Panel(
            "Errors",
            """
            `auth`: the password is wrong, or the ACL lacks a right. `readonly`, `moved`: a failover. `io`, `timeout`: \
            the network.
            """,
            .bars, unit: .perSecond, alert: "McpRegistryUnreachable",
            Target(PromQL.sum("mcp_sessiond_redis_errors_total", .rate, by: "kind"), "{{kind}}")),
        Panel(
            "Connections made anew", "Reconnections after a loss. Each may cost a full scan.", .bars,
            unit: .short, decimals: 0, alert: "McpSessiondResyncing",
            Target(
                PromQL.sum(
                    "mcp_sessiond_redis_reconnects_total", .increase("$__rate_interval"), by: "instance"),
                "{{instance}}")),
        Panel(
            "Evicted keys",
            """
            Keys that Redis evicted when memory was short. Above 0: sessions are lost; raise `maxmemory` or use \
            `noeviction`.
            """,
            .bars, unit: .short, thresholds: .high(red: 1), decimals: 0, alert: "McpRegistryEvictingKeys",
            Target(
                PromQL.seen(.redisEvictedKeys, .increase("$__rate_interval")), "evicted",
                absence: "an ACL forbids INFO")),
        Panel(
            "Clock skew",
            "Local clock minus Redis' clock. Beyond 5 s: correct the clocks; cleanup stops beyond 30 s.",
            .lines, unit: .seconds, thresholds: .around(5), minimum: nil, alert: "McpSessiondClockSkew",
            Target(PromQL.max("mcp_sessiond_clock_skew_seconds", by: "instance"), "{{instance}}")),
        Panel(
            "Keys read", "Sessions and heartbeats of the last full scan.", .lines, unit: .short,
            Target(PromQL.seen(.keysScanned, by: "kind"), "{{kind}}")),
        Panel(
            "Server",
            "Redis' own report. A policy other than `noeviction` lets it drop sessions when memory is short.",
            .table([
                Column("redis_version", "Version"), Column("role", "Role"), Column("maxmemory_policy", "Policy"),
                Column("Value", nil),
            ]), unit: .none, noValue: "unknown", alert: "McpRegistryEvictingKeys",
            Target(
                PromQL.seen("max", of: .redisInfo, by: "redis_version", "role", "maxmemory_policy"),
                "{{redis_version}} {{role}} {{maxmemory_policy}}", absence: "an ACL forbids INFO")))
}
