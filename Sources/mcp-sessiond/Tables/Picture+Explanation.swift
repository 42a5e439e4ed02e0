import Exposition

extension Picture {
    /// The verdict first, then what is known.
    func explanation(_ answer: DaemonAnswer) -> [String] {
        let session = answer.data
        let (state, reason) = (session["state"]?.string ?? "?", session["reason"]?.string)
        let node = session["node"]?.string.map { HarmlessText($0).cut(to: 36) }
        let ref = HarmlessText(session["ref"]?.string ?? "?").text
        let verdict = reason.map { "\(state) (\($0))" } ?? state
        var facts = facts
        facts.add("owner", owner(session))
        facts.add("created", time(session["created_at"], in: answer))
        facts.add("last seen", time(session["last_seen"], in: answer))
        facts.add("orphaned", time(session["orphaned_since"], in: answer), .bad)
        if session["no_expiry"]?.bool == true {
            facts.add("expires", "never: its key has no TTL", .attention)
        } else {
            facts.add("expires", time(session["expires_at"], in: answer))
        }
        facts.add("client", session["client"]?.string)
        facts.add("refused", Self.refusals(session["refused"], answer), .attention)
        if session["stuck"]?.bool == true { facts.add("stuck", "its client does not begin anew", .bad) }
        facts.add("dialect", session["dialect"]?.string)
        facts.add("id", session["id"]?.string)
        facts.add("view", answer.frame)
        return [
            "\(ref) is " + Tone(word: state).paint(HarmlessText(verdict).text, isColoured: isColoured),
            Self.sentence(of: state, reason, node: node ?? "its node"),
        ] + facts.lines + refused(session["refused"], answer)
    }

    /// Nil where nothing is remembered.
    private static func refusals(_ refused: JSONValue?, _ answer: DaemonAnswer) -> String? {
        guard let count = refused?["count"]?.int else { return nil }
        let requests = count == 1 ? "1 request" : "\(count) requests"
        return "\(requests) since it was last served, the last \(answer.age(refused?["last_at"]) ?? "?")"
    }

    private func owner(_ session: JSONValue) -> String {
        guard let node = session["node"]?.string else { return "not known" }
        return session["boot"]?.string.map { "\(node), boot \($0)" } ?? "\(node), no boot recorded"
    }

    /// The state and its reason in plain words.
    private static func sentence(of state: String, _ reason: String?, node: String) -> String {
        switch (state, reason) {
        case ("owned", _): "It is held by \(node), which is alive."
        case (_, "owner_dead"):
            "\(node) held it and is dead: nothing can serve it again; the client must initialize anew."
        case (_, "owner_restarted"): "\(node) restarted since and lost it; the client must initialize anew."
        case (_, "owner_unknown"): "No heartbeat of \(node) was ever seen: dead, or its heartbeat has another name."
        case (_, "owner_denies"): "\(node) is alive and says that it does not have it; the client must initialize anew."
        case ("unowned", "learnt_owner_gone"): "It names no owner, and the one learnt from events is gone."
        case ("unowned", _): "It is registered, and nothing says which node holds it."
        case ("malformed", "bad_json"): "Its value begins like a JSON object and is none."
        case ("malformed", "too_large"): "Its value is larger than what is read."
        case ("malformed", "bad_time"): "A time in its value cannot be read."
        default: "It is registered."
        }
    }
}
