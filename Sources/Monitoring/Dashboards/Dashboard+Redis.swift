extension Dashboard {
    private static let commands = "mcp_sessiond_redis_command_duration_seconds"

    /// How Redis answers.
    static let redis = Row(
        "Redis",
        Panel(
            "Reachable",
            "Whether each replica has an answer from every server it watches. Red: `mcp-sessiond status` says why.",
            .stateTimeline, unit: .none, maximum: 1, mappings: ValueMapping.up, alert: "McpRegistryUnreachable",
            Target(PromQL.min("mcp_sessiond_redis_up", by: "instance"), "{{instance}}")),
        Panel(
            "Round trips, 95 %",
            """
            By what was asked for: `scan` a reading's batch, `changes` changed keys, `heartbeats` a look at the nodes. \
            All slow at once: Redis is busy, or the network is.
            """,
            .lines, unit: .seconds, thresholds: .high(yellow: 0.1, red: 1), alert: "McpRegistryUnreachable",
            Target(PromQL.quantile(0.95, of: commands, by: "command"), "{{command}}")),
        Panel(
            "Commands", "Round trips a second, by what was asked for.", .stacked, unit: .perSecond,
            Target(PromQL.sum(commands + "_count", .rate, by: "command"), "{{command}}")),
        Panel(
            "Errors",
            """
            `auth`: wrong password, or the ACL lacks a right. `readonly`, `moved`: a failover. `io`, `timeout`: the \
            network.
            """,
            .bars, unit: .perSecond, alert: "McpRegistryUnreachable",
            Target(PromQL.sum("mcp_sessiond_redis_errors_total", .rate, by: "kind"), "{{kind}}")),
        Panel(
            "Connections made anew", "Connections that were lost. Each may cost a reading of everything.", .bars,
            unit: .short, decimals: 0, alert: "McpSessiondResyncing",
            Target(
                PromQL.sum(
                    "mcp_sessiond_redis_reconnects_total", .increase("$__rate_interval"), by: "instance"),
                "{{instance}}")),
        Panel(
            "Evicted keys",
            """
            Keys that Redis evicted for want of memory. Above 0: sessions are lost; raise `maxmemory` or use \
            `noeviction`.
            """,
            .bars, unit: .short, thresholds: .high(red: 1), decimals: 0, alert: "McpRegistryEvictingKeys",
            Target(
                PromQL.seen(.redisEvictedKeys, .increase("$__rate_interval")), "evicted",
                absence: "an ACL forbids INFO")),
        Panel(
            "Clock skew",
            "Local clock less Redis' clock. Beyond 5 s: mend the clocks; times are off, and cleanup holds beyond 30 s.",
            .lines, unit: .seconds, thresholds: .around(5), minimum: nil, alert: "McpSessiondClockSkew",
            Target(PromQL.max("mcp_sessiond_clock_skew_seconds", by: "instance"), "{{instance}}")),
        Panel(
            "Keys read", "Sessions and heartbeats of the last complete reading.", .lines, unit: .short,
            Target(PromQL.seen(.keysScanned, by: "kind"), "{{kind}}")),
        Panel(
            "Server",
            "What Redis says of itself. A policy other than `noeviction` lets it drop sessions when memory is short.",
            .table([
                Column("redis_version", "Version"), Column("role", "Role"), Column("maxmemory_policy", "Policy"),
                Column("Value", nil),
            ]), unit: .none, noValue: "not known", alert: "McpRegistryEvictingKeys",
            Target(
                PromQL.seen("max", of: .redisInfo, by: "redis_version", "role", "maxmemory_policy"),
                "{{redis_version}} {{role}} {{maxmemory_policy}}", absence: "an ACL forbids INFO")))
}
