import Redis
import Sessions
import Watching

// Checks of access rights and tracking.

extension CheckedServer {
    /// The time within which a canary must come back.
    static let canarySeconds = 2.0
    /// The canary's time to live.
    static let canaryLifeSeconds = 60

    mutating func trackingAndAccess() throws(RedisError) -> [Check] {
        var gaps = AccessGaps()
        let right = AccessNeed.KeyRight(pattern: KeySpace.canaryPrefix + "*", isReadOnly: false)
        let set = ["SET", canary, "1", "EX", String(Self.canaryLifeSeconds)]
        let tracking = try tracking(canary: set, AccessNeed(.canaries, set, keys: right), &gaps)
        // LPUSH is tried only on an existing canary; on a missing key it would create a list.
        let isThere = try connection.answers(to: [["EXISTS", canary]])[0].integer == 1
        let needs = AccessNeed.all(settings, plan, nonce: checkup.nonce, canary: canary).filter {
            isThere || $0.command != "lpush"
        }
        let replies = try connection.answers(to: needs.map(\.words))
        for (need, reply) in zip(needs, replies) { gaps.note(reply.refusal, of: need) }
        return [access(gaps), tracking]
    }

    private func access(_ gaps: AccessGaps) -> Check {
        guard !gaps.isEmpty else {
            return Check("acl", .ok, "\(user) has all rights that these settings need")
        }
        return Check(
            "acl", checkup.isAnyGrave(gaps.purposes) ? .fail : .warn, "\(user) \(gaps.found)",
            mend: "On every server, replicas too:", gaps.line(user: user, majorVersion: majorVersion))
    }

    // MARK: Tracking

    private mutating func tracking(
        canary: [String], _ need: AccessNeed, _ gaps: inout AccessGaps
    ) throws(RedisError) -> Check {
        guard plan.mode != .scan else {
            return Check("tracking", .skipped, "not used: with watch.mode scan, changes show within watch.scan_every")
        }
        do throws(RedisError) {
            var listener = try RedisConnection.open(endpoint, limits: plan.limits)
            let refusal = try subscribe(&listener, &gaps)
            let began = monotonicSeconds()
            let answer = try connection.answers(to: [canary])[0].refusal
            gaps.note(answer, of: need)
            if let refusal { return refused(refusal) }
            guard answer == nil else {
                return Check("tracking", .ok, "Redis reports changes; no canary can be written, so PING tests it")
            }
            while monotonicSeconds() - began < Self.canarySeconds {
                var isTold = false
                _ = try listener.receiveMessages(within: Self.canarySeconds - (monotonicSeconds() - began)) {
                    element, bytes in
                    if element.depth == 2, Array(copying: bytes) == Array(canary[1].utf8) { isTold = true }
                }
                guard isTold else { continue }
                let lag = ((monotonicSeconds() - began) * 10_000).rounded() / 10
                return Check("tracking", .ok, "Redis reports changes, after \(lag) ms")
            }
            return unusable("no changed key was reported within \(Int(Self.canarySeconds)) s: is a proxy between?")
        } catch {
            return unusable(error.description)
        }
    }

    /// Enables tracking as the daemon does; returns the refusal, if there is one.
    private func subscribe(
        _ listener: inout RedisConnection, _ gaps: inout AccessGaps
    ) throws(RedisError) -> String? {
        let id = try listener.answers(to: [["CLIENT", "ID"]])[0]
        let own = String(id.integer ?? 0)
        let prefixes = plan.keySpace.trackedPrefixes.flatMap { ["PREFIX", $0] }
        let needs = [
            AccessNeed(
                .tracking, ["CLIENT", "TRACKING", "ON", "REDIRECT", own, "BCAST"] + prefixes, command: "client|tracking"
            ),
            AccessNeed(.tracking, ["PING"]),
            AccessNeed(.tracking, ["SUBSCRIBE", TrackingSubscription.channel]),
        ]
        var refusal = id.refusal
        gaps.note(refusal, of: AccessNeed(.tracking, ["CLIENT", "ID"], command: "client|id"))
        for need in needs {
            let answer = try listener.answers(to: [need.words])[0].refusal
            gaps.note(answer, of: need, channel: TrackingSubscription.channel)
            refusal = refusal ?? answer
        }
        return refusal
    }

    private func refused(_ refusal: String) -> Check {
        if refusal.hasPrefix("NOPERM") { return unusable("the ACL forbids it: see acl") }
        return unusable(RedisError.refusal(refusal, from: endpoint).description)
    }

    private func unusable(_ why: String) -> Check {
        Check(
            "tracking", plan.mode == .tracking ? .fail : .warn, "Redis does not report changes: \(why)",
            mend: plan.mode == .tracking
                ? "Allow it, or set watch.mode: auto." : "Allow it, or let changes show each watch.scan_every.")
    }
}

extension RedisReply {
    /// The text of an error reply.
    public var refusal: String? { if case .error(let text) = self { text } else { nil } }
}

extension Checkup {
    /// True if something that the settings ask for fails without one of these.
    fileprivate func isAnyGrave(_ purposes: Set<AccessNeed.Purpose>) -> Bool {
        purposes.contains { purpose in
            switch purpose {
            case .watching, .role, .stream, .removal, .undo: true
            case .tracking: plan.mode == .tracking
            case .evidence: settings.cleanup.mode.removes
            case .info: plan.readsFromReplica
            case .canaries: false
            }
        }
    }
}
