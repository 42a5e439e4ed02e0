import API
import Configuration
import Sessions

extension Report {
    func status(_ answer: DaemonAnswer<StatusAnswer>) -> [String] {
        let data = answer.data
        var facts = facts
        facts.add("status", answer.frame.description)
        findings(data.findings, &facts)
        redis(data.redis, &facts)
        watching(data.watch, &facts)
        let nodes = Self.words(data.nodes.all)
        facts.add("nodes", nodes.isEmpty ? "none seen" : nodes)
        sessions(data.sessions, &facts)
        events(data.events, &facts)
        let skipped = Self.words(data.keys.skipped.all)
        facts.add("skipped", skipped.isEmpty ? nil : "\(skipped) (keys that are no session)")
        cleaning(data.cleanup, answer.frame, &facts)
        facts.add("incidents", data.incidents.open > 0 ? "\(data.incidents.open) open" : nil, .bad)
        facts.add("version", Self.version(data))
        return facts.lines
    }

    /// `0.1.0, as all 2 instances`, or each instance's where they differ.
    private static func version(_ status: StatusAnswer) -> String {
        guard let instances = status.instances, instances.count > 1 else { return status.version }
        guard instances.contains(where: { $0.version != status.version }) else {
            return "\(status.version), as all \(instances.count) instances"
        }
        let each = instances.map { "\($0.instance) \($0.version)" }
        return "\(status.version); \(each.joined(separator: ", "))"
    }

    private func cleaning(_ cleanup: StatusAnswer.Cleanup, _ frame: AnswerFrame, _ facts: inout Facts) {
        let mode = cleanup.mode.rawValue
        let last = frame.age(cleanup.lastSuccess).map { "last completed \($0)" } ?? "no run completed yet"
        facts.add("cleanup", cleanup.mode == .off ? mode : "\(mode), \(Self.lease(cleanup.lease)), \(last)")
        facts.add("suspended", Self.suspension(cleanup.suspended, frame), .attention)
        let brakes = cleanup.brakes.map(\.rawValue)
        facts.add("held by", brakes.isEmpty ? nil : brakes.joined(separator: ", "), .attention)
        facts.add("refused", cleanup.refusal, .bad)
    }

    private func redis(_ redis: StatusAnswer.Redis, _ facts: inout Facts) {
        guard redis.up else {
            let words = ["out of reach", redis.endpoint, redis.error]
            return facts.add("redis", words.compactMap { $0 }.joined(separator: ", "), .bad)
        }
        let version = redis.version.map { "version \($0)" }
        let words = ["up", redis.endpoint, version, redis.role, redis.maxmemoryPolicy]
        facts.add("redis", words.compactMap { $0 }.joined(separator: ", "))
        if let evicted = redis.evictedKeys, evicted > 0 {
            facts.add("evicted", "\(evicted) keys since Redis started: sessions may be lost", .attention)
        } else if redis.evictsSessions == true {
            facts.add("evicting", "with maxmemory reached, Redis drops keys, sessions too", .attention)
        }
    }

    private func watching(_ watch: StatusAnswer.Watch, _ facts: inout Facts) {
        let isTracking = watch.mode == .tracking
        var words = [watch.mode.rawValue]
        if isTracking, let lag = watch.trackingLagSeconds { words.append("lag \(Self.seconds(lag))") }
        words.append("full scan every \(TimeText.duration(watch.scanEverySeconds))")
        if let took = watch.lastFullScanSeconds { words.append("the last took \(Self.seconds(took))") }
        facts.add("watching", words.joined(separator: ", "))
        if !isTracking { facts.add("tracking", watch.trackingRefused, .attention) }
        if let left = watch.fullScanSecondsLeft {
            facts.add("full scan", "in progress, about \(TimeText.duration(max(left, 1))) to go")
        }
        facts.add("gap", watch.gap.map { "\($0.rawValue): the view is incomplete" }, .bad)
        facts.add("full scan", watch.fullScanFailure, .bad)
    }

    private func sessions(_ sessions: StatusAnswer.Sessions, _ facts: inout Facts) {
        facts.add("sessions", "\(sessions.registered) registered")
        let states: [(StateWord, count: Int, reasons: String)] = [
            (.owned, sessions.owned, ""),
            (.orphaned, sessions.orphaned, Self.words(sessions.orphanedByReason.all)),
            (.unowned, sessions.unowned, ""),
            (.malformed, sessions.malformed, Self.words(sessions.malformedByReason.all)),
        ]
        for (state, count, reasons) in states {
            let text = reasons.isEmpty ? "\(count)" : "\(count) (\(reasons))"
            facts.add("  \(state.rawValue)", text, count == 0 ? .plain : Tone(state))
        }
        if sessions.noExpiry > 0 {
            facts.add("  no expiry", "\(sessions.noExpiry) (keys without a TTL)", .attention)
        }
    }

    /// Short times to the millisecond.
    private static func seconds(_ seconds: Double) -> String {
        seconds < 0.0005
            ? "under 1 ms" : seconds < 10 ? "\((seconds * 1_000).rounded() / 1_000) s" : TimeText.duration(seconds)
    }
}
