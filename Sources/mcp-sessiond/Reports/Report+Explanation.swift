import API
import Sessions

extension Report {
    /// The verdict first, then why, what to do, what to tell the client, and the evidence.
    func explanation(_ answer: DaemonAnswer<ExplanationAnswer>) -> [String] {
        let data = answer.data
        let verdict = Tone(data.verdict).paint(data.verdict.rawValue, isColoured: isColoured)
        var lines = ["\(data.ref): \(verdict) (\(data.confidence.rawValue))"]
        lines += Paragraph.lines(data.why, limit: limit)
        lines += ["", "What to do"]
        for (number, step) in data.whatToDo.enumerated() {
            lines += Paragraph.lines(step, after: "  \(number + 1). ", limit: limit)
        }
        lines += ["", "Tell the client"]
        lines += Paragraph.lines(data.tellClient, after: "  ", limit: limit)
        lines += ["", "Session"] + session(data, answer.frame)
        return lines + evidence(data.evidence) + refused(data.refused, answer.frame)
    }

    private func session(_ data: ExplanationAnswer, _ frame: AnswerFrame) -> [String] {
        var facts = facts
        if let state = data.state {
            let reason = data.reason.map { " (\($0.rawValue))" } ?? ""
            facts.add("state", state.rawValue + reason, Tone(state))
        } else {
            facts.add("state", "not registered")
        }
        facts.add("owner", data.owner.map(Self.owner))
        facts.add("created", frame.ageAndTime(data.createdAt ?? data.ended?.createdAt))
        facts.add("last seen", frame.ageAndTime(data.lastSeen))
        facts.add("orphaned", frame.ageAndTime(data.orphanedSince), .bad)
        if data.noExpiry == true {
            facts.add("expires", "never: its key has no TTL", .attention)
        } else {
            facts.add("expires", frame.ageAndTime(data.expiresAt))
        }
        facts.add("ended", data.ended.map { "\($0.how.rawValue), \(frame.ageAndTime($0.at) ?? "?")" })
        facts.add("client", data.client)
        facts.add("shared fate", data.blastRadius.map(Self.sharedFate))
        if data.stuck == true { facts.add("stuck", "its client does not start a new session", .bad) }
        facts.add("dialect", data.dialect)
        facts.add("incident", data.incident)
        facts.add("runbook", data.runbook)
        facts.add("id", data.id)
        facts.add("view", frame.description)
        return facts.lines
    }

    private static func owner(_ owner: ExplanationAnswer.Owner) -> String {
        let boot = owner.boot.map { "boot \($0)" } ?? "no boot recorded"
        return "\(owner.node), \(boot); it is \(owner.status.rawValue)"
    }

    /// `44 sessions: 3 recovered, 2 stuck, 39 silent`
    private static func sharedFate(_ aftermath: AftermathAnswer) -> String {
        "\(sessions(aftermath.sessions)): \(aftermath.recovered) recovered, \(aftermath.stuck) stuck, "
            + "\(aftermath.silent) silent"
    }

    private func evidence(_ facts: [ExplanationAnswer.Fact]) -> [String] {
        guard !facts.isEmpty else { return [] }
        let heads = facts.map { ($0.source.rawValue, $0.ageSeconds.map(TimeText.age) ?? "-") }
        let widths = (heads.map(\.0.count).max() ?? 0, heads.map(\.1.count).max() ?? 0)
        return ["", "Evidence"]
            + zip(facts, heads).flatMap { fact, head in
                let source = head.0 + String(repeating: " ", count: widths.0 + 2 - head.0.count)
                let when = head.1 + String(repeating: " ", count: widths.1 + 2 - head.1.count)
                return Paragraph.lines(fact.fact, after: "  " + source + when, limit: limit)
            }
    }
}
