import API
import Sessions

extension Report {
    /// `gone`: how many nodes are left out, since they are gone.
    func nodes(_ answer: DaemonAnswer<[NodeRow]>, gone: Int = 0) -> [String] {
        let rows = answer.data
        let count = rows.count == 1 ? "1 node" : "\(rows.count) nodes"
        let more = answer.nextCursor == nil ? "" : " (there are more)"
        let rest = gone > 0 ? ["\(gone) more \(gone == 1 ? "is" : "are") gone: mcp-sessiond nodes --status gone"] : []
        guard !rows.isEmpty else { return ["no nodes, \(answer.frame)"] + rest }
        var columns: [Table.Column] = [
            .name("NODE"), .text("STATUS"), .number("OWNED"), .number("ORPHANED"), .number("REPORTED"),
            .text("HEARTBEAT"), .text("UPTIME"), .number("RESTARTS"), .name("VERSION"),
        ]
        if isWide {
            columns += [.name("WORKLOAD"), .number("REGISTERED"), .name("BOOT"), .name("URL"), .text("MALFORMED")]
        }
        return ["\(count)\(more), \(answer.frame)"] + table(columns, rows.map(cells)) + rest
    }

    private func cells(_ node: NodeRow) -> [Table.Cell] {
        let orphaned = node.sessions.orphaned
        var cells: [Table.Cell] = [
            .init(node.node), Self.statusCell(node), .init(node.sessions.owned),
            .init("\(orphaned)", orphaned > 0 ? .bad : .plain), .init(node.reportedSessions),
            .init(node.heartbeatAgeSeconds.map(TimeText.age)), .init(node.uptimeSeconds.map(TimeText.duration)),
            .init(node.restarts), .init(node.version),
        ]
        if isWide {
            cells += [
                .init(node.workload), .init(node.sessions.registered), .init(node.boot), .init(node.url),
                .init(node.malformed?.rawValue),
            ]
        }
        return cells
    }

    private static func statusCell(_ node: NodeRow) -> Table.Cell {
        guard !node.flags.isEmpty else { return .init(node.status.rawValue, Tone(node.status)) }
        return .init(([node.status.rawValue] + node.flags.map(\.rawValue)).joined(separator: ", "), .bad)
    }

    func node(_ answer: DaemonAnswer<NodeAnswer>) -> [String] {
        let (node, frame) = (answer.data.row, answer.frame)
        var facts = facts
        facts.add("node", node.node)
        facts.add("status", Self.sentence(of: node), Tone(node.status))
        facts.add("workload", node.workload.map { $0 + (node.revision.map { ", revision \($0)" } ?? "") })
        trouble(node, frame, &facts)
        facts.add("heartbeat", node.heartbeatAgeSeconds.map(TimeText.age) ?? "never seen")
        facts.add("malformed", node.malformed.map { "its heartbeat cannot be read: \($0.rawValue)" }, .bad)
        facts.add("boot", node.boot)
        facts.add("started", frame.ageAndTime(node.startedAt))
        facts.add("restarts", "\(node.restarts) seen")
        facts.add("url", node.url)
        facts.add("version", node.version)
        let orphaned = node.sessions.orphaned
        let reasons = Self.words(node.sessions.orphanedByReason.all)
        facts.add("sessions", "\(node.sessions.registered) registered")
        facts.add("  owned", "\(node.sessions.owned)")
        facts.add(
            "  orphaned", reasons.isEmpty ? "\(orphaned)" : "\(orphaned) (\(reasons))", orphaned > 0 ? .bad : .plain)
        facts.add("  reported", node.reportedSessions.map { "\($0) (its own count)" })
        facts.add("refused", Self.refused(node), .attention)
        facts.add("clock", Self.clock(node.clockOffsetSeconds))
        return [frame.description] + facts.lines + latest(answer.data.recent, frame)
    }

    /// The reasons not to trust the node, and what to do.
    private func trouble(_ node: NodeRow, _ frame: AnswerFrame, _ facts: inout Facts) {
        for suspicion in node.suspectReasons { facts.add("suspect", Self.sentence(of: suspicion), .bad) }
        if let working = node.working {
            let silent = TimeText.duration(working.withoutHeartbeatSeconds)
            let did = "\(working.did.rawValue) a session \(frame.age(working.at) ?? "?")"
            facts.addSentence(
                "working", "no heartbeat for \(silent), but it \(did): fix its heartbeat, do not restart it", .bad)
        }
        if !node.bootsTakingTurns.isEmpty {
            let boots = node.bootsTakingTurns.joined(separator: " and ")
            facts.addSentence("shared", "boots \(boots) take turns under this name: give each its own", .bad)
        }
    }

    /// Nil if nothing was refused in the last minutes.
    private static func refused(_ node: NodeRow) -> String? {
        let (to, from) = (node.misroutesTo, node.misroutesFrom)
        return to + from > 0 ? "\(to) requests for its sessions, \(from) by it (last 15 minutes)" : nil
    }

    /// Only an offset that late lines do not explain.
    private static func clock(_ offset: Double?) -> String? {
        guard let offset, abs(offset) >= 1 else { return nil }
        return
            "\(TimeText.duration(abs(offset))) \(offset < 0 ? "ahead of" : "behind") Redis', by the lines that it writes"
    }

    private static func sentence(of suspicion: Suspicion) -> String {
        switch suspicion {
        case .deniesSessions: "it says that it does not have sessions that name it"
        case .countDrifts: "its own count and the registry's drift apart"
        case .unreachable: "the proxy cannot reach it"
        }
    }

    static func sentence(of status: Node.Status) -> String {
        switch status {
        case .alive: "alive"
        case .draining: "draining: alive, takes no new sessions"
        case .dead: "dead: it was seen, and its heartbeat is missing or too old"
        case .unknown: "unknown: sessions name it, and no heartbeat of it was ever seen"
        case .gone: "gone"
        }
    }

    private static func sentence(of node: NodeRow) -> String {
        switch node.departure {
        case .goodbye: "gone: it announced its end"
        case .replaced: node.successor.map { "gone: \($0) came in its place" } ?? "gone: another came in its place"
        case .forgotten: "gone: silent for long, and no session names it"
        case nil: sentence(of: node.status)
        }
    }
}
