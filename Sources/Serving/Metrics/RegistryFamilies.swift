import Exposition
import Sessions
import Watching

/// The `mcp_registry_*` families. All instances see the same values; aggregate them with `max`.
struct RegistryFamilies {
    let snapshot: RegistrySnapshot
    let labels: NodeLabels
    let counts: NodeCounts
    let ages: SessionAges
    let server: ServerInfo?
    /// The value of `nodes.expected`; 0 if it is not set.
    let expectedNodes: Int
    private let named: [NodeSummary]
    private let folded: [NodeSummary]

    init(
        snapshot: RegistrySnapshot, labels: NodeLabels, counts: NodeCounts, ages: SessionAges, server: ServerInfo?,
        expectedNodes: Int
    ) {
        self.snapshot = snapshot
        self.labels = labels
        self.counts = counts
        self.ages = ages
        self.server = server
        self.expectedNodes = expectedNodes
        named = snapshot.nodes.filter(labels.has)
        folded = snapshot.nodes.filter { !labels.has($0) }
    }

    func write(to page: inout MetricPage) {
        writeSessions(to: &page)
        writeAges(to: &page)
        writeKeys(to: &page)
        writeNodeCounts(to: &page)
        writeNodes(to: &page)
        writeServer(to: &page)
    }

    /// Calls `body` for each node with a label of its own, and once for those that share `other`.
    private func eachNode(_ body: (String, (_ count: (NodeSummary) -> Int) -> Int) -> Void) {
        for node in named { body(node.node.name) { count in count(node) } }
        guard !folded.isEmpty else { return }
        body(NodeLabels.other) { count in folded.reduce(0) { $0 + count($1) } }
    }

    private func writeSessions(to page: inout MetricPage) {
        page.family(
            "mcp_registry_sessions", .gauge,
            help: "Registered sessions by owner node and state; node_id is empty where no owner is known."
        ) { family in
            eachNode { name, sum in
                family.sample(labels: ["node_id": name, "state": "owned"], value: sum { $0.counts.owned })
                family.sample(labels: ["node_id": name, "state": "orphaned"], value: sum { $0.counts.orphanedInAll })
            }
            family.sample(labels: ["node_id": "", "state": "unowned"], value: snapshot.counts.unowned)
        }
        page.family("mcp_registry_orphaned_sessions", .gauge, help: "Orphaned sessions by owner and reason.") {
            family in
            eachNode { name, sum in
                for reason in OrphanReason.allCases {
                    family.sample(
                        labels: ["node_id": name, "reason": reason.rawValue],
                        value: sum { $0.counts.orphaned[reason] ?? 0 })
                }
            }
        }
        page.family("mcp_registry_sessions_created_total", .counter, help: "Sessions seen to appear.") { family in
            for name in labels.counted {
                family.sample(labels: ["node_id": name], value: counts[.created, name])
            }
            family.sample(labels: ["node_id": ""], value: snapshot.unownedCreated)
        }
        page.family(
            "mcp_registry_sessions_ended_total", .counter, help: "Sessions seen to disappear, by reason."
        ) { family in
            for name in labels.counted {
                for ending in Ending.allCases {
                    family.sample(
                        labels: ["node_id": name, "reason": ending.rawValue], value: counts[.ended(ending), name])
                }
            }
            for ending in Ending.allCases {
                family.sample(
                    labels: ["node_id": "", "reason": ending.rawValue], value: snapshot.unownedEnded[ending] ?? 0)
            }
        }
        page.family(
            "mcp_registry_session_owner_changes_total", .counter,
            help: "Sessions whose owner or boot was rewritten."
        ) { $0.sample(value: snapshot.ownerChanges) }
    }

    private func writeAges(to page: inout MetricPage) {
        let families = [
            (
                "mcp_registry_session_age_seconds", "Age of the sessions registered now; a snapshot, do not rate.",
                ages.age
            ),
            (
                "mcp_registry_session_ttl_seconds",
                "Remaining time to live of the sessions registered now; a snapshot.",
                ages.timeToLive
            ),
            (
                "mcp_registry_orphan_age_seconds", "Time since the present orphans lost their owner; a snapshot.",
                snapshot.orphanAges
            ),
        ]
        for (name, help, ages) in families {
            page.family(name, .gaugeHistogram, help: help) {
                $0.gaugeHistogram(HistogramSnapshot(bounds: ages.bounds, counts: ages.counts, sum: ages.sum))
            }
        }
    }

    private func writeKeys(to page: inout MetricPage) {
        page.family("mcp_registry_sessions_without_ttl", .gauge, help: "Session keys that never expire.") {
            $0.sample(value: snapshot.withoutExpiry)
        }
        page.family(
            "mcp_registry_malformed_keys", .gauge,
            help: "Keys named as sessions or heartbeats that cannot be read."
        ) { family in
            for reason in Malformation.allCases {
                let labels = [("session", snapshot.malformedSessions), ("node", snapshot.malformedNodes)]
                for (kind, counts) in labels {
                    family.sample(labels: ["kind": kind, "reason": reason.word], value: counts[reason] ?? 0)
                }
            }
        }
        page.family(
            "mcp_registry_keys_scanned", .gauge, help: "Keys returned by the last complete scan, each counted once."
        ) { family in
            family.sample(labels: ["kind": "session"], value: snapshot.fullScan.sessionKeys)
            family.sample(labels: ["kind": "node"], value: snapshot.fullScan.nodeKeys)
        }
        page.family(
            "mcp_registry_skipped_keys", .gauge, help: "Keys under the session prefix that are not sessions."
        ) { family in
            for reason in SkippedKey.allCases {
                family.sample(labels: ["reason": reason.rawValue], value: snapshot.fullScan.skipped[reason] ?? 0)
            }
        }
    }

    private func writeNodeCounts(to page: inout MetricPage) {
        page.family("mcp_registry_nodes", .gauge, help: "Nodes by status.") { family in
            let counts = Dictionary(snapshot.nodes.map { ($0.node.status, 1) }, uniquingKeysWith: +)
            for status in Node.Status.allCases {
                family.sample(labels: ["status": status.rawValue], value: counts[status] ?? 0)
            }
        }
        page.family("mcp_registry_nodes_expected", .gauge, help: "The setting nodes.expected; 0 if it is not set.") {
            $0.sample(value: expectedNodes)
        }
    }

    private func writeNodes(to page: inout MetricPage) {
        func gauge(_ name: String, _ help: String, _ value: (NodeSummary) -> Double?) {
            page.family(name, .gauge, help: help) { family in
                for node in named {
                    if let value = value(node) { family.sample(labels: ["node_id": node.node.name], value: value) }
                }
            }
        }
        gauge("mcp_registry_node_up", "1 while the heartbeat of the node is fresh.") { $0.node.isAlive ? 1 : 0 }
        gauge("mcp_registry_node_heartbeat_timestamp_seconds", "Unix time of the last heartbeat of the node.") {
            $0.node.lastHeartbeatAt?.seconds
        }
        gauge(
            "mcp_registry_node_start_timestamp_seconds", "Unix time at which the boot now heartbeating started."
        ) { $0.node.startedAt?.seconds }
        gauge("mcp_registry_node_reported_sessions", "The node's own count of its sessions.") {
            $0.node.heartbeat?.sessions.map(Double.init)
        }
        page.family(
            "mcp_registry_node_flags", .gauge,
            help: "1 while the node is suspect, works without a heartbeat, or shares its name with another process."
        ) { family in
            for node in named {
                let flags = node.flags
                for flag in NodeFlag.allCases {
                    family.sample(
                        labels: ["node_id": node.node.name, "flag": flag.rawValue],
                        value: flags.contains(flag) ? 1 : 0)
                }
            }
        }
        page.family("mcp_registry_node_restarts_total", .counter, help: "Boot changes seen for the node.") {
            family in
            for name in labels.counted {
                family.sample(labels: ["node_id": name], value: counts[.restarts, name])
            }
        }
        page.family("mcp_registry_node_info", .info, help: "Version and boot now heartbeating.") { family in
            for node in named {
                guard node.node.isAlive, let heartbeat = node.node.heartbeat else { continue }
                family.info([
                    "node_id": node.node.name, "version": heartbeat.version ?? "",
                    "boot": heartbeat.boot?.text ?? "",
                ])
            }
        }
    }

    private func writeServer(to page: inout MetricPage) {
        guard let server else { return }
        page.family(
            "mcp_registry_redis_evicted_keys_total", .counter,
            help: "Keys evicted by the registry Redis (INFO evicted_keys)."
        ) { $0.sample(value: server.evictedKeys) }
        page.family(
            "mcp_registry_redis_info", .info, help: "Version, role and eviction policy of the registry Redis."
        ) {
            $0.info([
                "redis_version": server.version, "role": server.role, "maxmemory_policy": server.maxmemoryPolicy,
            ])
        }
    }
}
