// The findings about nodes. Nodes with the same fault share one finding.

extension NodeSummary {
    /// The findings that concern it, the most severe first. A node that works without a heartbeat is not called dead,
    /// since its sessions are alive.
    public var findings: [Finding.Kind] {
        var kinds: [Finding.Kind] = []
        if silentWorker != nil { kinds.append(.nodeSilentButWorking) }
        if !takingTurns.isEmpty { kinds.append(.nodeNameShared) }
        if node.status == .dead, silentWorker == nil { kinds.append(.nodeDead) }
        if isSuspect { kinds.append(.nodeSuspect) }
        // Shortly after the start, its heartbeat may only not have been read yet.
        if node.status == .unknown, orphans > 0 { kinds.append(.nodeUnknown) }
        if node.isAlive, node.heartbeat?.malformation != nil { kinds.append(.heartbeatMalformed) }
        if !leftOver.isEmpty { kinds.append(.sessionsOrphaned) }
        if node.status == .gone, silentWorker == nil, orphans > 0 { kinds.append(.orphansOfGoneNodes) }
        return kinds
    }

    /// The orphans that no finding of their node explains.
    fileprivate var leftOver: [OrphanReason: Int] {
        let isExplained = silentWorker != nil || !takingTurns.isEmpty
        return counts.orphaned.filter { reason, count in
            count > 0 && (reason == .ownerDenies || reason == .ownerRestarted && !isExplained)
        }
    }

    fileprivate var orphans: Int { counts.orphanedInAll }
}

extension DiagnosisInput {
    var nodeFindings: [Finding] {
        guard nodes.contains(where: { $0.node.lastHeartbeatAt != nil }) else {
            return view.asOf == nil ? [] : [noNodeSeen]
        }
        let ended = nodes.filter { $0.node.hasEnded && $0.silentWorker == nil }
        if !ended.isEmpty, !nodes.contains(where: { $0.node.isAlive || $0.silentWorker != nil }) {
            return [noNodeAlive(ended)] + sharing + unknown
        }
        return working + sharing + dead + missing + suspect + unknown + unreadable + leftOver + ofGoneNodes
    }

    private func nodes(with kind: Finding.Kind) -> [NodeSummary] {
        nodes.filter { $0.findings.contains(kind) }.sorted { ($1.orphans, $0.node.name) < ($0.orphans, $1.node.name) }
    }

    private var noNodeSeen: Finding {
        // Orphans show that enough time has passed for heartbeats to be read.
        let isLate = nodes.contains { $0.orphans > 0 }
        return Finding(
            .noNodeSeen, isLate ? .critical : .note, count: isLate ? nodes.count : nil,
            isLate
                ? "no node was seen: no heartbeat was found for \(counted(nodes.count, "node")) that sessions name"
                : "no node was seen",
            advice:
                "No heartbeat was found under the configured keys: compare registry.dialects with what the nodes write.",
            runbook: "McpAllNodesDown", command: "doctor")
    }

    private func noNodeAlive(_ ended: [NodeSummary]) -> Finding {
        let dead = ended.filter { $0.node.status == .dead }.count
        let gone = ended.count - dead
        let counts = [
            dead > 0 ? "\(counted(dead, "node is", "nodes are")) dead" : nil,
            gone > 0 ? "\(dead > 0 ? String(gone) : counted(gone, "node is", "nodes are")) gone" : nil,
        ].compactMap(\.self).joined(separator: ", ")
        return Finding(
            .noNodeAlive, .critical, since: ended.compactMap(\.node.lastHeartbeatAt).max(),
            nodes: ended.map(\.node.name), count: ended.count, "no node is alive: \(counts)",
            advice:
                "Ask a node directly. If it answers, restart nothing and fix the heartbeats. If none answers, start them.",
            runbook: "McpAllNodesDown", command: "nodes")
    }

    /// Each node has a finding of its own, since each did its own work at its own time.
    private var working: [Finding] {
        nodes(with: .nodeSilentButWorking).compactMap { node in
            node.silentWorker.map { worker in
                let ago = TimeText.duration(max(now - worker.work.at, 0))
                return Finding(
                    .nodeSilentButWorking, .critical, since: now - worker.silentSeconds, nodes: [node.node.name],
                    """
                    \(name: node.node.name) works without a heartbeat: none for \(TimeText.duration(worker.silentSeconds)), \
                    and it \(worker.work.kind.rawValue) a session \(ago) ago
                    """, advice: "Fix its heartbeat; do not restart it. Its sessions are alive.",
                    runbook: "McpNodeSilentButWorking", command: "nodes")
            }
        }
    }

    /// Returns one finding for all nodes with that fault, or none if there are none. `one` and `many` phrase it.
    private func findings(
        _ kind: Finding.Kind, _ severity: Finding.Severity, one: (NodeSummary) -> Phrase,
        many: ([NodeSummary], _ names: [String]) -> Phrase, evidence: (NodeSummary) -> String? = { _ in nil },
        advice: String, runbook: String
    ) -> [Finding] {
        let all = nodes(with: kind)
        guard let first = all.first else { return [] }
        let names = all.map(\.node.name)
        return [
            Finding(
                kind, severity, nodes: names, count: all.count, all.count == 1 ? one(first) : many(all, names),
                evidence: evidence(first), advice: advice, runbook: runbook, command: "nodes")
        ]
    }

    private var sharing: [Finding] {
        findings(
            .nodeNameShared, .critical, one: { "two boots take turns under the name \(name: $0.node.name)" },
            many: { all, names in "boots take turns under \(all.count) names: \(names: names)" },
            advice: "Two processes share a name: give each its own. Until then no session of either is removed.",
            runbook: "McpNodeNameShared")
    }

    private var dead: [Finding] {
        let dead = nodes(with: .nodeDead)
        let stranded = dead.filter { $0.orphans > 0 }
        return [finding(ofDead: stranded), finding(ofDead: dead.filter { $0.orphans == 0 })].compactMap(\.self)
    }

    private func finding(ofDead dead: [NodeSummary]) -> Finding? {
        guard let first = dead.first else { return nil }
        let orphans = dead.reduce(0) { $0 + $1.orphans }
        let cost = orphans > 0 ? ": \(counted(orphans, "session")) orphaned" : "; no session names it"
        let lastHeartbeat =
            first.node.lastHeartbeatAt.map { ", its last heartbeat was \(TimeText.age(max(now - $0, 0)))" } ?? ""
        let names = dead.map(\.node.name)
        return Finding(
            .nodeDead, orphans > 0 ? .critical : .warning, since: dead.compactMap(\.node.lastHeartbeatAt).min(),
            nodes: names,
            count: dead.count,
            dead.count == 1
                ? "\(name: names[0]) is dead\(lastHeartbeat)\(cost)"
                : "\(dead.count) nodes are dead\(orphans > 0 ? cost : "; no session names them") (\(names: names))",
            advice: dead.count == 1 ? Self.deadAdvice : Self.deadAdvice + Self.manyDeadAdvice,
            runbook: "McpNodeDownWithSessions", command: "nodes")
    }

    private var missing: [Finding] {
        let alive = nodes.count { $0.node.isAlive }
        guard alive < expectedNodes else { return [] }
        return [
            Finding(
                .nodesMissing, .warning, count: expectedNodes - alive,
                "\(alive) of the \(counted(expectedNodes, "node")) that nodes.expected names \(alive == 1 ? "is" : "are") alive",
                advice: "See why nodes do not start, or correct nodes.expected.", runbook: "McpNodesMissing",
                command: "nodes")
        ]
    }

    /// The orphans of gone nodes. They are what each rollout leaves.
    private var ofGoneNodes: [Finding] {
        let gone = nodes(with: .orphansOfGoneNodes)
        guard !gone.isEmpty else { return [] }
        let orphans = gone.reduce(0) { $0 + $1.orphans }
        return [
            Finding(
                .orphansOfGoneNodes, .note, since: gone.compactMap(\.node.lastHeartbeatAt).min(),
                nodes: gone.map(\.node.name), count: orphans,
                """
                \(counted(orphans, "orphan")) of \(counted(gone.count, "gone node")) \(orphans == 1 ? "awaits" : "await") \
                cleanup
                """,
                advice: "Nothing to do: clients start new sessions, and cleanup or their TTL removes these.",
                runbook: "McpOrphansPilingUp", command: "nodes --status gone")
        ]
    }

    private static let deadAdvice = """
        If the process still answers, fix its heartbeat and do not restart it. If it is gone, start it or another; its \
        sessions do not come back, so their clients must start new ones.
        """
    private static let manyDeadAdvice =
        " If many died at once, look for a common cause, such as memory or a release, before you start them."

    private var suspect: [Finding] {
        func why(_ nodes: [NodeSummary]) -> String {
            Suspicion.allCases.filter { reason in nodes.contains { $0.suspicions.contains(reason) } }
                .map(\.rawValue).joined(separator: ", ")
        }
        return findings(
            .nodeSuspect, .warning,
            one: {
                "\(name: $0.node.name) is suspect (\(why([$0]))): it sends heartbeats, and may refuse its own sessions"
            }, many: { all, names in "\(all.count) nodes are suspect (\(why(all))): \(names: names)" },
            advice: "Find out whether it serves new sessions. If not, drain it at the proxy, then restart it.",
            runbook: "McpNodeSuspect")
    }

    private var unknown: [Finding] {
        func sessions(_ nodes: [NodeSummary]) -> String {
            counted(nodes.reduce(0) { $0 + $1.orphans }, "session names", "sessions name")
        }
        return findings(
            .nodeUnknown, .warning, one: { "\(name: $0.node.name) was never seen alive: \(sessions([$0])) it" },
            many: { all, names in
                "\(all.count) nodes were never seen alive: \(sessions(all)) them (\(names: names))"
            }, advice: "Compare the name in the sessions with the name in the heartbeats.",
            runbook: "McpOrphansPilingUp")
    }

    private var unreadable: [Finding] {
        findings(
            .heartbeatMalformed, .warning, one: { "the heartbeat of \(name: $0.node.name) cannot be read" },
            many: { all, names in "the heartbeats of \(all.count) nodes cannot be read: \(names: names)" },
            evidence: { $0.node.heartbeat?.malformation?.word },
            advice: "These nodes count as alive, but their boots are unknown: compare with the last release.",
            runbook: "McpMalformedKeys")
    }

    /// The orphans with the other reasons.
    private var leftOver: [Finding] {
        [OrphanReason.ownerDenies, .ownerRestarted].compactMap { reason in
            let left = nodes.filter { ($0.leftOver[reason] ?? 0) > 0 }.map(\.node.name)
            let count = nodes.reduce(0) { $0 + ($1.leftOver[reason] ?? 0) }
            guard count > 0 else { return nil }
            let isRestarted = reason == .ownerRestarted
            return Finding(
                .sessionsOrphaned, .warning, nodes: left, count: count,
                isRestarted
                    ? "\(counted(count, "session is", "sessions are")) left over from nodes that restarted: \(names: left)"
                    : "\(counted(count, "session is", "sessions are")) denied by the node that they name: \(names: left)",
                advice: isRestarted
                    ? "Nothing to do: clients start new sessions, and cleanup or their TTL removes these."
                    : "Find out whether it serves new sessions; its own log shows why it lost these.",
                runbook: isRestarted ? "McpOrphansPilingUp" : "McpNodeSuspect",
                command: "sessions --state orphaned")
        }
    }
}
