import Exposition
import Serving
import Sessions

extension Picture {
    func nodes(_ answer: DaemonAnswer) -> [String] {
        let rows = answer.rows
        let count = rows.count == 1 ? "1 node" : "\(rows.count) nodes"
        let more = answer.nextCursor == nil ? "" : " (there are more)"
        guard !rows.isEmpty else { return ["no nodes, \(answer.frame)"] }
        var columns: [Table.Column] = [
            .name("NODE"), .text("STATUS"), .number("OWNED"), .number("ORPHANED"), .number("REPORTED"),
            .text("HEARTBEAT"), .text("UPTIME"), .number("RESTARTS"), .name("VERSION"),
        ]
        if isWide { columns += [.number("REGISTERED"), .name("BOOT"), .name("URL"), .text("MALFORMED")] }
        return ["\(count)\(more), \(answer.frame)"] + table(columns, rows.map(cells))
    }

    private func cells(_ node: JSONValue) -> [Table.Cell] {
        let status = node["status"]?.string ?? "?"
        let orphaned = node["sessions"]?["orphaned"]?.int ?? 0
        let beat = node["heartbeat_age_seconds"]?.double.map(TimeText.age)
        var cells: [Table.Cell] = [
            .init(node["node"]?.string), statusCell(node, status), .init(node["sessions"]?["owned"]?.int),
            .init("\(orphaned)", orphaned > 0 ? .bad : .plain), .init(node["reported_sessions"]?.int), .init(beat),
            .init(node["uptime_seconds"]?.double.map(TimeText.duration)), .init(node["restarts"]?.int),
            .init(node["version"]?.string),
        ]
        if isWide {
            cells += [
                .init(node["sessions"]?["registered"]?.int), .init(node["boot"]?.string), .init(node["url"]?.string),
                .init(node["malformed"]?.string),
            ]
        }
        return cells
    }

    private func statusCell(_ node: JSONValue, _ status: String) -> Table.Cell {
        let flags = (node["flags"]?.array ?? []).compactMap(\.string)
        guard !flags.isEmpty else { return .init(status, Tone(word: status)) }
        return .init(([status] + flags).joined(separator: ", "), .bad)
    }

    func node(_ answer: DaemonAnswer) -> [String] {
        let node = answer.data
        let status = node["status"]?.string ?? "?"
        var facts = facts
        facts.add("node", node["node"]?.string)
        facts.add("status", Self.sentence(of: status), Tone(word: status))
        for reason in node["suspect_reasons"]?.array ?? [] {
            facts.add("suspect", Self.sentence(ofSuspicion: reason.string ?? "?"), .bad)
        }
        if let working = node["working"], !working.isNull {
            let silent = TimeText.duration(working["without_heartbeat_seconds"]?.double ?? 0)
            let did = "\(working["did"]?.string ?? "?") a session \(answer.age(working["at"]) ?? "?")"
            facts.addSentence(
                "working", "no heartbeat for \(silent), and it \(did): mend its heartbeat, do not restart it", .bad)
        }
        let boots = (node["boots_taking_turns"]?.array ?? []).compactMap(\.string)
        if !boots.isEmpty {
            facts.addSentence(
                "shared", "boots \(boots.joined(separator: " and ")) take turns under this name: give each its own",
                .bad)
        }
        facts.add("heartbeat", node["heartbeat_age_seconds"]?.double.map(TimeText.age) ?? "never seen")
        facts.add("malformed", node["malformed"]?.string.map { "its heartbeat cannot be read: \($0)" }, .bad)
        facts.add("boot", node["boot"]?.string)
        facts.add("started", time(node["started_at"], in: answer))
        facts.add("restarts", node["restarts"]?.int.map { "\($0) seen" })
        facts.add("url", node["url"]?.string)
        facts.add("version", node["version"]?.string)
        let sessions = node["sessions"]
        facts.add("sessions", sessions?["registered"]?.int.map { "\($0) registered" })
        facts.add("  owned", sessions?["owned"]?.int.map(String.init))
        let orphaned = sessions?["orphaned"]?.int ?? 0
        let reasons = Self.counts(sessions?["orphaned_by_reason"])
        facts.add(
            "  orphaned", reasons.isEmpty ? "\(orphaned)" : "\(orphaned) (\(reasons))", orphaned > 0 ? .bad : .plain)
        facts.add("  reported", node["reported_sessions"]?.int.map { "\($0) (its own count)" })
        facts.add("refused", Self.refused(node), .attention)
        facts.add("clock", Self.clock(node["clock_offset_seconds"]?.double))
        return [answer.frame] + facts.lines + latest(node["recent"], answer)
    }

    /// Nil where nothing was refused in the last minutes.
    private static func refused(_ node: JSONValue) -> String? {
        let (to, from) = (node["misroutes_to"]?.int ?? 0, node["misroutes_from"]?.int ?? 0)
        return to + from > 0 ? "\(to) requests for its sessions, \(from) by it (last 15 minutes)" : nil
    }

    /// Only what is more than lines being late.
    private static func clock(_ offset: Double?) -> String? {
        guard let offset, abs(offset) >= 1 else { return nil }
        return
            "\(TimeText.duration(abs(offset))) \(offset < 0 ? "ahead of" : "behind") Redis', by the lines that it writes"
    }

    private static func sentence(ofSuspicion reason: String) -> String {
        switch reason {
        case "denies_sessions": "it says that it does not have sessions that name it"
        case "count_drifts": "its own count and the registry's drift apart"
        default: reason
        }
    }

    /// `3m12s ago (2026-11-22T18:07:49.123Z)`
    func time(_ time: JSONValue?, in answer: DaemonAnswer) -> String? {
        guard let text = time?.string, let age = answer.age(time) else { return nil }
        return age == text ? text : "\(age) (\(text))"
    }

    static func sentence(of status: String) -> String {
        switch status {
        case "alive": "alive"
        case "draining": "draining: alive, takes no new sessions"
        case "dead": "dead: it was seen, and its heartbeat is missing or too old"
        case "unknown": "unknown: sessions name it, and no heartbeat of it was ever seen"
        default: status
        }
    }
}
