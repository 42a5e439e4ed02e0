import Exposition

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
            .init(node["node"]?.string), .init(status, Tone(word: status)), .init(node["sessions"]?["owned"]?.int),
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

    func node(_ answer: DaemonAnswer) -> [String] {
        let node = answer.data
        let status = node["status"]?.string ?? "?"
        var facts = facts
        facts.add("node", node["node"]?.string)
        facts.add("status", Self.sentence(of: status), Tone(word: status))
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
        return [answer.frame] + facts.lines
    }

    /// `3m12s ago (2026-11-22T18:07:49.123Z)`
    func time(_ time: JSONValue?, in answer: DaemonAnswer) -> String? {
        guard let text = time?.string, let age = answer.age(time) else { return nil }
        return age == text ? text : "\(age) (\(text))"
    }

    private static func sentence(of status: String) -> String {
        switch status {
        case "alive": "alive"
        case "draining": "draining: alive, takes no new sessions"
        case "dead": "dead: it was seen, and its heartbeat is missing or too old"
        case "unknown": "unknown: sessions name it, and no heartbeat of it was ever seen"
        default: status
        }
    }
}
