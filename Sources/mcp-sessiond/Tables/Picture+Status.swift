import Exposition
import Sessions

extension Picture {
    func status(_ answer: DaemonAnswer) -> [String] {
        let data = answer.data
        var facts = facts
        facts.add("status", answer.frame)
        attention(data, &facts)
        redis(data["redis"], &facts)
        watching(data["watch"], &facts)
        let nodes = Self.counts(data["nodes"])
        facts.add("nodes", nodes.isEmpty ? "none seen" : nodes)
        sessions(data["sessions"], &facts)
        events(data["events"], &facts)
        let skipped = Self.counts(data["keys"]?["skipped"])
        facts.add("skipped", skipped.isEmpty ? nil : "\(skipped) (keys that are no session)")
        cleaning(data["cleanup"], answer, &facts)
        let open = data["incidents"]?["open"]?.int ?? 0
        facts.add("incidents", open > 0 ? "\(open) open" : nil, .bad)
        facts.add("version", Self.version(data))
        return facts.lines
    }

    /// `0.1.0, as all 2 replicas`, or each replica's where they differ.
    private static func version(_ data: JSONValue) -> String? {
        let replicas = data["replicas"]?.array ?? []
        guard let own = data["version"]?.string, replicas.count > 1 else { return data["version"]?.string }
        guard replicas.contains(where: { $0["version"]?.string != own }) else {
            return "\(own), as all \(replicas.count) replicas"
        }
        let each = replicas.map { "\($0["replica"]?.string ?? "?") \($0["version"]?.string ?? "?")" }
        return "\(own); \(each.joined(separator: ", "))"
    }

    private func cleaning(_ cleanup: JSONValue?, _ answer: DaemonAnswer, _ facts: inout Facts) {
        guard let cleanup, let mode = cleanup["mode"]?.string else { return }
        let last = answer.age(cleanup["last_success"]).map { "last completed \($0)" } ?? "no run completed yet"
        facts.add("cleanup", mode == "off" ? mode : "\(mode), \(Self.lease(cleanup["lease"])), \(last)")
        facts.add("suspended", stop(cleanup["suspended"], answer), .attention)
        let brakes = (cleanup["brakes"]?.array ?? []).compactMap(\.string)
        facts.add("held by", brakes.isEmpty ? nil : brakes.joined(separator: ", "), .attention)
        facts.add("refused", cleanup["refusal"]?.string, .bad)
    }

    private func redis(_ redis: JSONValue?, _ facts: inout Facts) {
        let endpoint = redis?["endpoint"]?.string
        guard redis?["up"]?.bool == true else {
            let words = ["out of reach", endpoint, redis?["error"]?.string]
            return facts.add("redis", words.compactMap { $0 }.joined(separator: ", "), .bad)
        }
        let version = redis?["version"]?.string.map { "version \($0)" }
        let words = ["up", endpoint, version, redis?["role"]?.string, redis?["maxmemory_policy"]?.string]
        facts.add("redis", words.compactMap { $0 }.joined(separator: ", "))
        let evicted = redis?["evicted_keys"]?.int ?? 0
        if evicted > 0 {
            facts.add("evicted", "\(evicted) keys since Redis started: sessions may be lost", .attention)
        } else if redis?["evicts_sessions"]?.bool == true {
            facts.add("evicting", "with maxmemory reached, Redis drops keys, sessions too", .attention)
        }
    }

    private func watching(_ watch: JSONValue?, _ facts: inout Facts) {
        let isTracking = watch?["mode"]?.string == "tracking"
        var words = [watch?["mode"]?.string ?? "?"]
        if isTracking, let lag = watch?["tracking_lag_seconds"]?.double { words.append("lag \(Self.seconds(lag))") }
        if let every = watch?["scan_every_seconds"]?.double {
            words.append((isTracking ? "all read " : "") + "every \(TimeText.duration(every))")
        }
        if let took = watch?["last_reading_seconds"]?.double {
            words.append("the last reading took \(Self.seconds(took))")
        }
        facts.add("watching", words.joined(separator: ", "))
        if !isTracking { facts.add("tracking", watch?["tracking_refused"]?.string, .attention) }
        if let left = watch?["reading_seconds_left"]?.double {
            facts.add("reading", "in progress, about \(TimeText.duration(max(left, 1))) to go")
        }
        facts.add("gap", watch?["gap"]?.string.map { "\($0): the picture is not whole" }, .bad)
        facts.add("reading", watch?["reading_failure"]?.string, .bad)
    }

    private func sessions(_ sessions: JSONValue?, _ facts: inout Facts) {
        facts.add("sessions", "\(sessions?["registered"]?.int ?? 0) registered")
        for state in ["owned", "orphaned", "unowned", "malformed"] {
            let count = sessions?[state]?.int ?? 0
            let reasons = Self.counts(sessions?["\(state)_by_reason"])
            let text = reasons.isEmpty ? "\(count)" : "\(count) (\(reasons))"
            facts.add("  \(state)", text, count == 0 ? .plain : Tone(word: state))
        }
        if let leaked = sessions?["no_expiry"]?.int, leaked > 0 {
            facts.add("  no expiry", "\(leaked) (keys without a TTL)", .attention)
        }
    }

    /// `12 owner_dead, 8 owner_restarted`: what is not zero.
    static func counts(_ counts: JSONValue?) -> String {
        (counts?.object ?? []).compactMap { word, count in
            guard let number = count.int, number > 0 else { return nil }
            return "\(number) \(word)"
        }.joined(separator: ", ")
    }

    /// Short times to the millisecond.
    private static func seconds(_ seconds: Double) -> String {
        seconds < 0.0005
            ? "under 1 ms" : seconds < 10 ? "\((seconds * 1_000).rounded() / 1_000) s" : TimeText.duration(seconds)
    }
}
