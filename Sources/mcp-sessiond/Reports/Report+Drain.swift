import API
import Sessions

extension Report {
    /// The sessions that a stop of the node costs, or has cost.
    func drain(_ drain: DrainAnswer, of answer: DaemonAnswer<NodeAnswer>) -> [String] {
        let (node, frame) = (answer.data.row, answer.frame)
        let isThere = node.status == .alive || node.status == .draining
        var facts = facts
        facts.add("node", node.node)
        facts.add("status", Self.sentence(of: node.status), Tone(node.status))
        if node.status == .alive { facts.add("", "not draining: it still takes new sessions", .attention) }
        facts.add("heartbeat", node.heartbeatAgeSeconds.map(TimeText.age) ?? "never seen")
        let (atStake, lost) = (drain.wouldStrand, drain.stranded)
        if isThere || atStake.sessions > 0 {
            let count = atStake.sessions
            let text = count == 0 ? "nothing if it stopped now" : "\(Self.sessions(count)) if it stopped now"
            facts.add("would lose", text, count == 0 ? .good : .attention)
            facts.add("  reported", node.reportedSessions.map { "\($0) (its own count)" })
            group(atStake, frame, &facts)
            facts.add("  ending", Self.ending(drain))
        }
        if lost.sessions > 0 || !isThere {
            let since = isThere ? "with earlier processes of it" : "with its end"
            facts.add("has lost", "\(Self.sessions(lost.sessions)) \(since)", lost.sessions > 0 ? .bad : .good)
            group(lost, frame, &facts)
        }
        if drain.adoptable > 0 {
            facts.add("adoptable", "\(drain.adoptable) that any node can take over: not counted above")
        }
        return [frame.description] + facts.lines + clients(atStake, "Clients that would lose sessions")
            + clients(lost, "Clients that have lost sessions")
    }

    private func group(_ group: DrainAnswer.Group, _ frame: AnswerFrame, _ facts: inout Facts) {
        guard group.sessions > 0 else { return }
        let used = group.usedWithin.map { "\($0.sessions) in the last \(Self.duration($0.seconds))" }
        facts.add("  used", used.joined(separator: ", ") + Self.others(group.lastSeenUnknown, "do not say"))
        facts.add("  age", Self.spread(group.age) + Self.others(group.createdUnknown, "not known"))
        facts.add("  expire", Self.spread(group.timeToLive) + Self.others(group.noExpiry, "never"))
        if let last = frame.age(group.allExpiredAt) { facts.add("", "the last \(last), if none is used again") }
        if group.stuck > 0 { facts.add("  stuck", "\(group.stuck) (a client that does not start a new session)", .bad) }
    }

    private func clients(_ group: DrainAnswer.Group, _ title: String) -> [String] {
        guard !group.clients.isEmpty else { return [] }
        let rest = "and \(Self.sessions(group.otherSessions)) of \(group.otherClients) other clients"
        let lines = section(title, [.name("CLIENT"), .number("SESSIONS")], group.clients) { row in
            let name = row.client ?? ""
            return [.init(name.isEmpty ? "-" : name), .init(row.sessions)]
        }
        return lines + (group.otherClients == 0 ? [] : [rest])
    }

    /// `12 closed or expired in the last 15m; at that rate empty in about 55m (estimate)`
    private static func ending(_ drain: DrainAnswer) -> String? {
        guard drain.wouldStrand.sessions > 0 else { return nil }
        guard let ends = drain.endedLately else { return "how fast they end is not known yet" }
        let text = "\(ends.sessions) closed or expired in the last \(TimeText.duration(ends.overSeconds))"
        guard let left = drain.emptyEstimateSeconds else { return text }
        return text + "; at that rate empty in about \(TimeText.duration(left)) (estimate)"
    }

    /// `12 up to 5m, 3 longer`
    private static func spread(_ steps: [DrainAnswer.Spread]) -> String {
        steps.map { step in
            step.upToSeconds.map { "\(step.sessions) up to \(duration($0))" } ?? "\(step.sessions) longer"
        }.joined(separator: ", ")
    }

    private static func others(_ count: Int, _ words: String) -> String { count > 0 ? "; \(count) \(words)" : "" }

    private static func duration(_ seconds: Int) -> String { TimeText.duration(Double(seconds)) }
}
