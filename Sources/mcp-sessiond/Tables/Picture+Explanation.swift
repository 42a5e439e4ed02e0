import Exposition
import Foundation
import Sessions

extension Picture {
    /// The verdict first, then why, what to do, what to tell the client, and what all that rests on.
    func explanation(_ answer: DaemonAnswer) -> [String] {
        let data = answer.data
        let ref = HarmlessText(data["ref"]?.string ?? "?").text
        let verdict = data["verdict"]?.string ?? "?"
        let shown = Tone(verdict: verdict).paint(HarmlessText(verdict).text, isColoured: isColoured)
        let confidence = HarmlessText(data["confidence"]?.string ?? "?").text
        let steps = data["what_to_do"]?.array?.compactMap(\.string) ?? []
        var lines = ["\(ref): \(shown) (\(confidence))"]
        lines += Paragraph.lines(data["why"]?.string ?? "", limit: limit)
        lines += ["", "What to do"]
        for (number, step) in steps.enumerated() {
            lines += Paragraph.lines(step, after: "  \(number + 1). ", limit: limit)
        }
        lines += ["", "Tell the client"]
        lines += Paragraph.lines(data["tell_client"]?.string ?? "", after: "  ", limit: limit)
        lines += ["", "Session"] + session(answer)
        return lines + evidence(answer) + refused(data["refused"], answer)
    }

    private func session(_ answer: DaemonAnswer) -> [String] {
        let data = answer.data
        var facts = facts
        if let state = data["state"]?.string {
            let reason = data["reason"]?.string.map { " (\($0))" } ?? ""
            facts.add("state", state + reason, Tone(word: state))
        } else {
            facts.add("state", "not registered")
        }
        facts.add("owner", owner(data["owner"]))
        let created = time(data["created_at"], in: answer) ?? time(data["ended"]?["created_at"], in: answer)
        facts.add("created", created)
        facts.add("last seen", time(data["last_seen"], in: answer))
        facts.add("orphaned", time(data["orphaned_since"], in: answer), .bad)
        if data["no_expiry"]?.bool == true {
            facts.add("expires", "never: its key has no TTL", .attention)
        } else {
            facts.add("expires", time(data["expires_at"], in: answer))
        }
        if let ended = data["ended"], let how = ended["how"]?.string {
            facts.add("ended", "\(how), \(time(ended["at"], in: answer) ?? "?")")
        }
        facts.add("client", data["client"]?.string)
        facts.add("shared fate", Self.blastRadius(data["blast_radius"]))
        if data["stuck"]?.bool == true { facts.add("stuck", "its client does not begin anew", .bad) }
        facts.add("dialect", data["dialect"]?.string)
        facts.add("incident", data["incident"]?.string)
        facts.add("runbook", data["runbook"]?.string)
        facts.add("id", data["id"]?.string)
        facts.add("view", answer.frame)
        return facts.lines
    }

    /// Nil where it has none.
    private func owner(_ owner: JSONValue?) -> String? {
        guard let owner, let node = owner["node"]?.string else { return nil }
        let boot = owner["boot"]?.string.map { "boot \($0)" } ?? "no boot recorded"
        return "\(node), \(boot); it is \(owner["status"]?.string ?? "?")"
    }

    /// `44 sessions: 3 recovered, 2 stuck, 39 silent`; nil where it is alone, or that is not known.
    private static func blastRadius(_ radius: JSONValue?) -> String? {
        guard let radius, let sessions = radius["sessions"]?.int else { return nil }
        let parts = ["recovered", "stuck", "silent"].map { "\(radius[$0]?.int ?? 0) \($0)" }
        return "\(sessions) \(sessions == 1 ? "session" : "sessions"): \(parts.joined(separator: ", "))"
    }

    private func evidence(_ answer: DaemonAnswer) -> [String] {
        let rows = answer.data["evidence"]?.array ?? []
        guard !rows.isEmpty else { return [] }
        let heads = rows.map { row in
            (row["source"]?.string ?? "-", row["age_seconds"]?.double.map(TimeText.age) ?? "-")
        }
        let widths = (heads.map(\.0.count).max() ?? 0, heads.map(\.1.count).max() ?? 0)
        return ["", "Evidence"]
            + zip(rows, heads).flatMap { row, head in
                let source = head.0.padding(toLength: widths.0 + 2, withPad: " ", startingAt: 0)
                let when = head.1.padding(toLength: widths.1 + 2, withPad: " ", startingAt: 0)
                return Paragraph.lines(row["fact"]?.string ?? "", after: "  " + source + when, limit: limit)
            }
    }
}

extension Tone {
    /// The tone of a verdict: what is well, what is nobody's fault, what is wrong.
    init(verdict: String) {
        self =
            switch Verdict(rawValue: verdict) {
            case .live: .good
            case .closed, .expired, .neverSeen, .unowned, .unverified: .attention
            case nil: .plain
            default: .bad
            }
    }
}
