import Exposition
import HTTP
import Sessions
import Watching

/// `/api/v1/nodes` and `/api/v1/nodes/{node}`.
struct NodeRoutes: Sendable {
    static let limit = 1000

    let watch: Watch
    let replica: String

    var routes: [Route] {
        [
            Route(.get, "/api/v1/nodes", access: .scope(.read)) { request, _ in
                answering(request, known: ["status", "limit", "cursor"]) { parameters throws(BadParameter) in
                    try list(parameters)
                }
            },
            Route(.get, "/api/v1/nodes/{node}", access: .scope(.read)) { request, path in
                answering(request, known: ["drain"]) { parameters throws(BadParameter) in
                    one(path["node"] ?? "", withDrain: try parameters.flag("drain") ?? false)
                }
            },
        ]
    }

    /// By name; the cursor is the last name of the page before.
    private func list(_ parameters: Parameters) throws(BadParameter) -> HTTPResponse {
        let status = try parameters.word("status", of: Node.Status.allCases.map(\.rawValue))
        let limit = try parameters.number("limit", in: 1...Self.limit, default: Self.limit)
        let now = watch.clock.now()
        let (all, picture) = watch.registry.withLock { ($0.nodeSummaries(at: now), $0.picture) }
        var rows = all.filter { status == nil || $0.node.status.rawValue == status }
        if let cursor = parameters["cursor"] { rows = rows.filter { $0.node.name > cursor } }
        let page = rows.prefix(limit)
        let next = rows.count > page.count ? page.last?.node.name : nil
        return Answer(picture: picture, now: now, replica: replica).list(
            page.map { row($0, at: now) }, nextCursor: next)
    }

    private func one(_ name: String, withDrain: Bool) -> HTTPResponse {
        let now = watch.clock.now()
        let (summary, picture) = watch.registry.withLock { ($0.nodeSummary(named: name, at: now), $0.picture) }
        guard let summary else {
            return .problem(404, "no node of that name has beaten, and no session names it")
        }
        // The latest refused requests that it answered, or that were for a session of it.
        let recent = JSONValue.array(summary.node.recentJudgements.reversed().map(MisrouteRoutes.row))
        var members = [(key: "recent", value: recent)]
        if withDrain { members.append(("drain", DrainRows(watch: watch).json(ofNode: name, at: now))) }
        return Answer(picture: picture, now: now, replica: replica).object(row(summary, at: now).adding(members))
    }

    /// What a boot without a heartbeat was last heard to do.
    private static func working(_ worker: SilentWorker) -> JSONValue {
        [
            "boot": .string(orNull: worker.boot?.text), "did": .string(worker.work.kind.rawValue),
            "at": .time(worker.work.at.seconds),
            "without_heartbeat_seconds": .double((worker.silentSeconds * 1000).rounded() / 1000),
        ]
    }

    func row(_ summary: NodeSummary, at now: UnixTime) -> JSONValue {
        let (node, counts) = (summary.node, summary.counts)
        let uptime = node.isAlive ? node.startedAt.map { max(now - $0, 0) } : nil
        return [
            "node": .string(node.name), "status": .string(node.status.rawValue),
            "boot": .string(orNull: node.heartbeat?.boot?.text), "started_at": .time(node.startedAt?.seconds),
            "uptime_seconds": .double(orNull: uptime), "last_heartbeat_at": .time(node.lastBeat?.seconds),
            "heartbeat_age_seconds": .double(orNull: node.lastBeat.map { max(now - $0, 0) }),
            "url": .string(orNull: node.heartbeat?.url), "version": .string(orNull: node.heartbeat?.version),
            "sessions": [
                "registered": .int(counts.inAll), "owned": .int(counts.owned), "orphaned": .int(counts.orphanedInAll),
                "orphaned_by_reason": .counts(OrphanReason.allCases.map { ($0.rawValue, counts.orphaned[$0] ?? 0) }),
            ],
            "reported_sessions": node.heartbeat?.sessions.map { .int($0) } ?? .null, "restarts": .int(node.restarts),
            "malformed": .string(orNull: node.heartbeat?.malformation?.word),
            "suspect": .bool(summary.isSuspect),
            "suspect_reasons": .array(summary.suspicions.map { .string($0.rawValue) }),
            "flags": .array(summary.flags.map { .string($0.rawValue) }),
            "findings": .array(summary.findings.map { .string($0.rawValue) }),
            "working": summary.silentWorker.map(Self.working) ?? .null,
            "boots_taking_turns": .array(summary.takingTurns.map { .string($0.text) }),
            "misroutes_to": .int(summary.misroutesTo), "misroutes_from": .int(summary.misroutesFrom),
            "clock_offset_seconds": .double(orNull: summary.clockOffsetSeconds),
        ]
    }
}
