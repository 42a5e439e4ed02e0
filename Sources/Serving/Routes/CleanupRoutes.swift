import Cleaning
import Configuration
import Exposition
import HTTP
import Redis
import Sessions
import Watching

/// `/api/v1/cleanup`: what cleanup would do and has done, and what people may ask of it.
struct CleanupRoutes: Sendable {
    /// Finished runs that are told.
    static let runs = 20
    /// Groups of the plan that are told; the rest is in its sums.
    static let groups = 200
    /// In characters (Unicode scalars), as JSON Schema counts them.
    static let nameLength = 64
    static let whyLength = 200
    /// Longest wait for Redis to be reached, and for its answer: other requests wait as long.
    static let writeSeconds = 1.0

    let watch: Watch
    let board: CleanupBoard
    let replica: String

    var routes: [Route] {
        [
            Route(.get, "/api/v1/cleanup", access: .scope(.read)) { request, _ in
                answering(request, known: []) { _ in answer(document) }
            },
            Route(.post, "/api/v1/cleanup", access: .scope(.cleanup)) { request, _ in
                order(request, ["dry_run", "by"]) { body throws(BadMember) in try run(body) }
            },
            Route(.post, "/api/v1/cleanup/suspend", access: .scope(.cleanup)) { request, _ in
                order(request, ["why", "by", "until", "for"]) { body throws(BadMember) in try suspend(body) }
            },
            Route(.post, "/api/v1/cleanup/attest", access: .scope(.cleanup)) { request, _ in
                order(request, ["node", "boot", "why", "by"]) { body throws(BadMember) in try attest(body) }
            },
            Route(.post, "/api/v1/cleanup/resume", access: .scope(.cleanup)) { request, _ in
                order(request, ["by"]) { body throws(BadMember) in try resume(body) }
            },
        ]
    }

    private func answer(_ data: JSONValue) -> HTTPResponse {
        Answer(picture: watch.registry.withLock { $0.picture }, now: watch.clock.now(), replica: replica).object(data)
    }

    /// The plan as of now.
    private var plan: CleanupPlan {
        let (now, conditions) = (watch.clock.now(), board.conditions(watch, at: monotonicSeconds()))
        return watch.registry.withLock { $0.cleanupPlan(board.policy, conditions: conditions, at: now) }
    }
}

// MARK: - What it tells

extension CleanupRoutes {
    public var document: JSONValue {
        let plan = plan
        let state = board.state.withLock { $0 }
        let now = watch.clock.now()
        return [
            "mode": .string(board.settings.mode.rawValue), "policy": policy,
            "lease": state.holder.map(\.json) ?? .null,
            "suspended": .stop(state.stop(at: now)), "brakes": .array(brakes(of: plan).map(\.json)),
            "plan": Self.plan(plan),
            "running": state.running?.json ?? .null,
            "runs": .array(state.runs.prefix(Self.runs).map(\.json)),
            "next_run": .time(state.holder?.isUs == true ? state.nextRun?.seconds : nil),
            "last_success": .time(state.lastSuccess?.seconds),
            "shared_state_age_seconds": .double(orNull: state.readAt.map { max(now - $0, 0) }),
            "void_evidence": .array(
                state.voidEvidence.map { void in
                    ["key": .string(void.key), "why": .string(void.why), "records": .int(void.count)]
                }),
            "refusal": .string(orNull: state.refusal),
        ]
    }

    private var policy: JSONValue {
        let settings = board.settings
        return [
            "every_seconds": .double(settings.every.inSeconds), "grace_seconds": .double(settings.grace.inSeconds),
            "max_silence_seconds": .double(settings.maxSilence.inSeconds),
            "reasons": .array(settings.reasons.map { .string($0.rawValue) }),
            "max_keys_per_second": .int(settings.maxKeysPerSecond),
            "expire_to_seconds": settings.mode == .expire ? .double(settings.expireTo.inSeconds) : .null,
            "max_dead_fraction": .double(settings.maxDeadFraction),
            "settle_seconds": .double(settings.settle.inSeconds),
        ]
    }

    /// Where cleanup is off there is nothing to hold back.
    private func brakes(of plan: CleanupPlan) -> [AppliedBrake] {
        board.settings.mode == .off ? [] : plan.brakes
    }

    private static func plan(_ plan: CleanupPlan) -> JSONValue {
        [
            "may_go": .int(plan.going),
            "skipped": .counts(
                CleanupSkip.allCases.compactMap { skip in plan.skipped[skip].map { (skip.rawValue, $0) } }),
            "group_count": .int(plan.groups.count), "groups": .array(plan.groups.prefix(groups).map { group($0) }),
        ]
    }

    private static func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }

    private static func group(_ group: CleanupPlan.Group) -> JSONValue {
        [
            "node": .string(group.owner.node), "boot": .string(orNull: group.owner.boot?.text),
            "reason": .string(group.reason.rawValue), "sessions": .int(group.sessions),
            "gone_since": .time(group.goneSince?.seconds), "known": group.standing.map { .bool($0.isKnown) } ?? .null,
            "attested": group.standing?.attestation.map {
                ["by": .string($0.by), "why": .string($0.why), "at": .time($0.at.seconds)]
            } ?? .null,
            "silent_seconds": .double(orNull: group.standing.map { Self.rounded($0.silentSeconds) }),
            "required_seconds": .double(orNull: group.standing.map { Self.rounded($0.requiredSeconds) }),
            "decision": group.skip == nil ? "go" : "left", "skip": .string(orNull: group.skip?.rawValue),
            "why": .string(orNull: group.why),
        ]
    }
}

extension CleanupBoard.Holder {
    public var json: JSONValue { ["holder": .string(name), "epoch": .int(epoch), "here": .bool(isUs)] }
}

extension JSONValue {
    /// Who holds cleanup back, why and until when; null where nobody does.
    public static func stop(_ stop: CleanupStop?) -> JSONValue {
        guard let stop else { return .null }
        return [
            "by": .string(stop.by), "why": .string(stop.why), "at": .time(stop.at.seconds),
            "until": .time(stop.until?.seconds),
        ]
    }
}

// MARK: - What it is asked for

extension CleanupRoutes {
    private func run(_ body: OrderBody) throws(BadMember) -> HTTPResponse {
        let by = try "api:" + (body.text("by", longest: Self.nameLength) ?? "unnamed")
        let now = watch.clock.now()
        let request = CleanupRequest(
            by: by, run: CleanupRequest.name(at: now), isDryRun: try body.flag("dry_run") ?? true)
        if request.isDryRun { return answer(dryRun(request, at: now)) }
        guard board.settings.mode.removes else {
            return .problem(409, "cleanup.mode is \(board.settings.mode.rawValue): nothing is removed")
        }
        let state = board.state.withLock { $0 }
        if let refusal = state.refusal { return .problem(503, refusal) }
        guard let holder = state.holder, holder.isUs else {
            return .problem(409, "the lease is held by \(state.holder?.name ?? "nobody yet"): ask there")
        }
        guard board.wish(.init(request: request, at: now)) else { return .problem(409, "a run goes on already") }
        let data: JSONValue = ["run": .string(request.run), "result": .null]
        return answer(data, status: 202)
    }

    private func answer(_ data: JSONValue, status: Int) -> HTTPResponse {
        var response = answer(data)
        response.status = status
        return response
    }

    /// The report that a run would begin with; nothing is asked of Redis, and nothing written.
    private func dryRun(_ request: CleanupRequest, at now: UnixTime) -> JSONValue {
        let plan = plan
        var report = CleanupReport(request: request, action: board.policy.action, epoch: 0, began: now)
        report.take(plan)
        return report.json.adding([(key: "plan", value: Self.plan(plan))])
    }

    private func suspend(_ body: OrderBody) throws(BadMember) -> HTTPResponse {
        let now = watch.clock.now()
        guard let why = try body.text("why", longest: Self.whyLength) else {
            throw BadMember(name: "why", detail: "says why; it must not be empty")
        }
        let stop = CleanupStop(
            by: try body.text("by", longest: Self.nameLength) ?? "unnamed", why: why, at: now,
            until: try body.end(after: now))
        return changing { store throws(CleanupFault) in
            try store.suspend(stop)
        } done: {
            // Whoever shortens another's stop is to see it.
            let replaced = board.state.withLock { state in
                defer { state.stop = stop }
                return state.stop(at: now)
            }
            watch.logger.notice("cleanup is stopped", metadata: ["by": "\(stop.by)", "why": "\(stop.why)"])
            return ["suspended": .stop(stop), "replaced": .stop(replaced)]
        }
    }

    private func resume(_ body: OrderBody) throws(BadMember) -> HTTPResponse {
        let by = try body.text("by", longest: Self.nameLength) ?? "unnamed"
        var wasStopped = false
        return changing { store throws(CleanupFault) in
            wasStopped = try store.resume()
        } done: {
            board.state.withLock { $0.stop = nil }
            watch.logger.notice("cleanup may go on", metadata: ["by": "\(by)"])
            return ["suspended": .null, "was_suspended": .bool(wasStopped)]
        }
    }

    /// A person says that an owner that no instance ever saw alive is gone: after that, silence decides as for any other.
    private func attest(_ body: OrderBody) throws(BadMember) -> HTTPResponse {
        guard let node = try body.text("node", longest: RecordLimits.textBytes) else {
            throw BadMember(name: "node", detail: "names whose owner is gone; it must not be empty")
        }
        guard let why = try body.text("why", longest: Self.whyLength) else {
            throw BadMember(name: "why", detail: "says how it is known; it must not be empty")
        }
        let owner = SessionOwner(
            node: node, boot: try body.text("boot", longest: RecordLimits.textBytes).map { Boot($0) })
        let by = try body.text("by", longest: Self.nameLength) ?? "unnamed"
        let now = watch.clock.now()
        guard board.settings.mode != .off else { return .problem(409, "cleanup.mode is off: no evidence is kept") }
        let attestation = Attestation(by: by, why: why, at: now)
        switch watch.registry.withLock({ $0.attestable(owner, at: now) }) {
        case .noSessions(let named):
            return .problem(404, Self.noSessions(node, named: named))
        case .alive(let why), .notRead(let why): return .problem(409, why)
        case .may: break
        }
        guard let known = watch.registry.withLock({ $0.attested(owner, attestation) }) else {
            return .problem(503, "no more owners can be kept")
        }
        return changing { store throws(CleanupFault) in
            try store.attest(known)
        } done: {
            watch.registry.withLock { $0.attest(owner, attestation) }
            watch.logger.notice(
                "an owner is attested to be gone", metadata: ["node": "\(node)", "by": "\(by)", "why": "\(why)"])
            return [
                "node": .string(node), "boot": .string(orNull: owner.boot?.text),
                "attested": ["by": .string(by), "why": .string(why), "at": .time(now.seconds)],
            ]
        }
    }

    /// What was given is not repeated: it may be a session's id.
    private static func noSessions(_ node: String, named: [String]) -> String {
        if named.contains(node) { return "no session names that boot of \(node)" }
        let nearest = Spelling.nearest(to: node, among: named).map { "; did you mean \($0)?" }
        return "no session names that node" + (nearest ?? "")
    }

    /// Writes over a connection of its own: the cleaner's may be busy.
    private func changing(
        _ change: (inout CleanupStore) throws(CleanupFault) -> Void, done: () -> JSONValue
    ) -> HTTPResponse {
        var plan = watch.plan
        plan.limits.connectSeconds = min(plan.limits.connectSeconds, Self.writeSeconds)
        plan.limits.replySeconds = min(plan.limits.replySeconds, Self.writeSeconds)
        var store = CleanupStore(plan)
        do throws(CleanupFault) {
            try change(&store)
        } catch {
            return .problem(503, error.description)
        }
        return answer(done())
    }
}
