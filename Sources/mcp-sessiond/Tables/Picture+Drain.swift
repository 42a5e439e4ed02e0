import Exposition
import Sessions

extension Picture {
    /// What stopping a node costs, or has cost.
    func drain(_ answer: DaemonAnswer) -> [String] {
        let node = answer.data
        let drain = node["drain"]
        let status = node["status"]?.string ?? "?"
        let isThere = ["alive", "draining"].contains(status)
        var facts = facts
        facts.add("node", node["node"]?.string)
        facts.add("status", Self.sentence(of: status), Tone(word: status))
        if status == "alive" {
            facts.add("", "not draining: it still takes new sessions", .attention)
        }
        facts.add("heartbeat", node["heartbeat_age_seconds"]?.double.map(TimeText.age) ?? "never seen")
        let (atStake, lost) = (drain?["would_strand"], drain?["stranded"])
        if isThere || Self.sessions(atStake) > 0 {
            let count = Self.sessions(atStake)
            let text = count == 0 ? "nothing if it stopped now" : "\(Self.plural(count)) if it stopped now"
            facts.add("would lose", text, count == 0 ? .good : .attention)
            facts.add("  reported", node["reported_sessions"]?.int.map { "\($0) (its own count)" })
            group(atStake, answer, &facts)
            facts.add("  ending", Self.ending(drain, count))
        }
        if Self.sessions(lost) > 0 || !isThere {
            let (count, since) = (Self.sessions(lost), isThere ? "with earlier processes of it" : "with its end")
            facts.add("has lost", "\(Self.plural(count)) \(since)", count > 0 ? .bad : .good)
            group(lost, answer, &facts)
        }
        let adoptable = drain?["adoptable"]?.int ?? 0
        if adoptable > 0 { facts.add("adoptable", "\(adoptable) that any node can take over: not counted above") }
        return [answer.frame] + facts.lines + clients(atStake, "Clients that would lose sessions")
            + clients(lost, "Clients that have lost sessions")
    }

    private func group(_ group: JSONValue?, _ answer: DaemonAnswer, _ facts: inout Facts) {
        guard let group, Self.sessions(group) > 0 else { return }
        let used = (group["used_within"]?.array ?? []).map { step in
            "\(step["sessions"]?.int ?? 0) in the last \(Self.duration(step["seconds"]))"
        }
        facts.add("  used", used.joined(separator: ", ") + Self.unknown(group["last_seen_unknown"], "do not say"))
        facts.add("  age", Self.spread(group["age"]) + Self.unknown(group["created_unknown"], "not known"))
        facts.add("  expire", Self.spread(group["time_to_live"]) + Self.unknown(group["no_expiry"], "never"))
        if let last = answer.age(group["all_expired_at"]) { facts.add("", "the last \(last), if none is used again") }
        let stuck = group["stuck"]?.int ?? 0
        if stuck > 0 { facts.add("  stuck", "\(stuck) (a client that does not begin anew)", .bad) }
    }

    private func clients(_ group: JSONValue?, _ title: String) -> [String] {
        guard let rows = group?["clients"]?.array, !rows.isEmpty else { return [] }
        let others = group?["other_clients"]?.int ?? 0
        let cells = rows.map { row -> [Table.Cell] in
            let name = row["client"]?.string ?? ""
            return [.init(name.isEmpty ? "-" : name), .init(row["sessions"]?.int)]
        }
        let left = Self.plural(group?["other_sessions"]?.int ?? 0)
        let rest = others == 0 ? [] : ["and \(left) of \(others) other clients"]
        return ["", title] + table([.name("CLIENT"), .number("SESSIONS")], cells) + rest
    }

    /// `12 closed or expired in the last 15m: about 55m until none is left, an estimate`
    private static func ending(_ drain: JSONValue?, _ count: Int) -> String? {
        guard count > 0 else { return nil }
        guard let ends = drain?["ended_lately"], let sessions = ends["sessions"]?.int else {
            return "how fast they end is not known yet"
        }
        let text = "\(sessions) closed or expired in the last \(duration(ends["over_seconds"]))"
        guard let left = drain?["empty_estimate_seconds"]?.double else { return text }
        return text + "; at that rate empty in about \(TimeText.duration(left)) (estimate)"
    }

    /// `12 up to 5m, 3 more`
    private static func spread(_ steps: JSONValue?) -> String {
        (steps?.array ?? []).map { step in
            let count = step["sessions"]?.int ?? 0
            return step["up_to_seconds"]?.int == nil
                ? "\(count) longer" : "\(count) up to \(duration(step["up_to_seconds"]))"
        }.joined(separator: ", ")
    }

    private static func unknown(_ count: JSONValue?, _ words: String) -> String {
        let count = count?.int ?? 0
        return count > 0 ? "; \(count) \(words)" : ""
    }

    private static func duration(_ seconds: JSONValue?) -> String { seconds?.double.map(TimeText.duration) ?? "?" }

    private static func sessions(_ group: JSONValue?) -> Int { group?["sessions"]?.int ?? 0 }

    private static func plural(_ count: Int) -> String { count == 1 ? "1 session" : "\(count) sessions" }
}
