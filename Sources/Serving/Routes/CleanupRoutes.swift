import API
import Cleaning
import Configuration
import HTTP
import Redis
import Sessions
import Watching

/// `/api/v1/cleanup`: the plan of cleanup and its past runs, and the orders that people may give.
struct CleanupRoutes: Sendable {
    /// Limit of listed runs.
    static let runs = 20
    /// Limit of listed groups of the plan; its sums include the rest.
    static let groups = 200
    /// In characters (Unicode scalars), as JSON Schema counts them.
    static let nameLength = 64
    static let whyLength = 200
    /// Longest wait for a connection to Redis and its answer: other requests wait as long.
    static let writeSeconds = 1.0
    /// Longest time for which one order restores sessions.
    static let undoSeconds = 0.5

    let watch: WatchContext
    let board: CleanupBoard
    let instance: String

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
            Route(.post, "/api/v1/cleanup/undo", access: .scope(.cleanup)) { request, _ in
                order(request, ["run", "ref", "by"]) { body throws(BadMember) in try undo(body) }
            },
            Route(.post, "/api/v1/cleanup/resume", access: .scope(.cleanup)) { request, _ in
                order(request, ["by"]) { body throws(BadMember) in try resume(body) }
            },
        ]
    }

    private func answer(_ data: some Codable & Sendable, status: Int = 200) -> HTTPResponse {
        Framing(view: watch.registry.withLock { $0.view }, now: watch.clock.now(), instance: instance)
            .object(data, status: status)
    }

    /// The plan as of now.
    private var plan: CleanupPlan {
        let (now, conditions) = (watch.clock.now(), board.conditions(watch, at: monotonicSeconds()))
        return watch.registry.withLock { $0.cleanupPlan(board.policy, conditions: conditions, at: now) }
    }
}

// MARK: - Answers

extension CleanupRoutes {
    /// The answer of the route, also used by the page.
    var document: CleanupAnswer {
        let plan = plan
        let state = board.state.withLock { $0 }
        let now = watch.clock.now()
        let settings = board.settings
        return CleanupAnswer(
            mode: settings.mode, policy: CleanupAnswer.Policy(settings), lease: state.holder.map(LeaseAnswer.init),
            suspended: state.stop(at: now).map(SuspensionAnswer.init),
            // With cleanup off there is nothing to hold back.
            brakes: settings.mode == .off ? [] : plan.brakes.map(BrakeRow.init),
            plan: PlanAnswer(plan, groupLimit: Self.groups), running: state.running.map { RunRow($0) },
            runs: state.runs.prefix(Self.runs).map {
                RunRow($0, restorable: state.restorable($0.request.run, at: now))
            },
            undo: undoStore(state, at: now),
            nextRun: state.holder?.isUs == true ? state.nextRun : nil, lastSuccess: state.lastSuccess,
            sharedStateAgeSeconds: state.readAt.map { max(now - $0, 0) },
            voidEvidence: state.voidEvidence.map {
                CleanupAnswer.VoidEvidence(key: $0.key, why: $0.why, records: $0.count)
            }, refusal: state.refusal)
    }
}

extension CleanupRoutes {
    private func undoStore(_ state: CleanupBoard.State, at now: UnixTime) -> UndoStoreAnswer? {
        board.policy.undo.map { undo in
            let parts = state.undo?.filter { $0.isKept(at: now) }
            return UndoStoreAnswer(
                sessions: parts?.reduce(0) { $0 + $1.sessions }, bytes: parts?.reduce(0) { $0 + $1.bytes },
                maxBytes: undo.maxBytes, keptSeconds: undo.seconds)
        }
    }
}

// MARK: - Orders

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
        guard board.pendingRun(.init(request: request, at: now)) else {
            return .problem(409, "a run is already in progress")
        }
        return answer(RunBegunAnswer(run: request.run), status: 202)
    }

    /// The report of a run that would begin now; it sends nothing to Redis and writes nothing.
    private func dryRun(_ request: CleanupRequest, at now: UnixTime) -> DryRunAnswer {
        let plan = plan
        var report = CleanupReport(request: request, action: board.policy.action, epoch: 0, began: now)
        report.take(plan)
        return DryRunAnswer(run: RunRow(report), plan: PlanAnswer(plan, groupLimit: Self.groups))
    }

    private func suspend(_ body: OrderBody) throws(BadMember) -> HTTPResponse {
        let now = watch.clock.now()
        guard let why = try body.text("why", longest: Self.whyLength) else {
            throw BadMember(name: "why", detail: "the reason; it must not be empty")
        }
        let stop = CleanupStop(
            by: try body.text("by", longest: Self.nameLength) ?? "unnamed", why: why, at: now,
            until: try body.end(after: now))
        var tripped: CleanupStop?
        let failure = write { store throws(CleanupFault) in
            tripped = try store.suspension().flatMap { $0.isTripped ? $0 : nil }
            if tripped == nil { try store.suspend(stop) }
        }
        if let failure { return failure }
        if let tripped {
            return .problem(409, "cleanup is suspended already, until it is resumed: \(tripped.why)")
        }
        // Somebody who replaces another person's suspension should see that one.
        let replaced = board.state.withLock { state in
            defer { state.stop = stop }
            return state.stop(at: now)
        }
        watch.logger.notice("cleanup is suspended", metadata: ["by": "\(stop.by)", "why": "\(stop.why)"])
        return answer(
            SuspendAnswer(suspended: SuspensionAnswer(stop), replaced: replaced.map(SuspensionAnswer.init)))
    }

    private func resume(_ body: OrderBody) throws(BadMember) -> HTTPResponse {
        let by = try body.text("by", longest: Self.nameLength) ?? "unnamed"
        var wasStopped = false
        return changing { store throws(CleanupFault) in
            wasStopped = try store.resume()
        } done: {
            board.state.withLock { $0.stop = nil }
            watch.logger.notice("cleanup is resumed", metadata: ["by": "\(by)"])
            return ResumeAnswer(wasSuspended: wasStopped)
        }
    }

    /// Restores what was removed, for as long as one order may take. Cleanup is suspended first: it would remove the same
    /// sessions again.
    private func undo(_ body: OrderBody) throws(BadMember) -> HTTPResponse {
        let selection = try body.undoSelection
        let by = try body.text("by", longest: Self.nameLength) ?? "unnamed"
        let now = watch.clock.now()
        let stop = CleanupStop(by: by, why: "undo of \(selection)", at: now)
        let end = monotonicSeconds() + Self.undoSeconds
        var found: (report: UndoReport, stop: CleanupStop, left: [UndoPart])?
        let failure = write { store throws(CleanupFault) in
            guard try store.holds(selection) else { return }
            let stop = try store.suspendIfNeeded(stop)
            let report = try store.restore(selection, by: "api:\(by)") { monotonicSeconds() < end }
            found = (report, stop, try store.undoParts())
        }
        if let failure { return failure }
        guard let (report, stop, left) = found else {
            let why = "it was restored, closed or dropped, or is older than cleanup.undo_for"
            return .problem(404, "nothing is kept of \(selection): \(why)")
        }
        board.state.withLock { ($0.stop, $0.undo) = (stop, left) }
        board.metrics.undone.add([UndoReason.asked.rawValue], report.restored)
        watch.logger.notice(
            "removed sessions are restored",
            metadata: ["of": "\(selection)", "by": "\(by)", "restored": "\(report.restored)"])
        return answer(
            UndoAnswer(
                restored: report.restored, present: report.present, expired: report.expired,
                remaining: report.remaining, suspended: SuspensionAnswer(stop)))
    }

    /// Notes that a person attests that an owner that no instance ever saw alive is gone: after that, silence decides
    /// as for any other.
    private func attest(_ body: OrderBody) throws(BadMember) -> HTTPResponse {
        guard let node = try body.text("node", longest: RecordLimits.textBytes) else {
            throw BadMember(name: "node", detail: "the node that is gone; it must not be empty")
        }
        guard let why = try body.text("why", longest: Self.whyLength) else {
            throw BadMember(name: "why", detail: "how it is known; it must not be empty")
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
            return .problem(503, "no room for more known owners")
        }
        return changing { store throws(CleanupFault) in
            try store.attest(known)
        } done: {
            watch.registry.withLock { $0.attest(owner, attestation) }
            watch.logger.notice(
                "an owner is attested to be gone", metadata: ["node": "\(node)", "by": "\(by)", "why": "\(why)"])
            return AttestAnswer(node: node, boot: owner.boot?.text, attested: AttestationAnswer(attestation))
        }
    }

    /// The given name is not repeated: it may be a session id.
    private static func noSessions(_ node: String, named: [String]) -> String {
        if named.contains(node) { return "no session names that boot of \(node)" }
        let nearest = Spelling.nearest(to: node, among: named).map { "; did you mean \($0)?" }
        return "no session names that node" + (nearest ?? "")
    }

    /// Writes over its own connection: the cleaner's may be busy.
    private func changing(
        _ change: (inout CleanupStore) throws(CleanupFault) -> Void, done: () -> some Codable & Sendable
    ) -> HTTPResponse {
        if let failure = write(change) { return failure }
        return answer(done())
    }

    /// Returns the answer about a failure; nil after success.
    private func write(_ change: (inout CleanupStore) throws(CleanupFault) -> Void) -> HTTPResponse? {
        var plan = watch.plan
        plan.limits.connectSeconds = min(plan.limits.connectSeconds, Self.writeSeconds)
        plan.limits.replySeconds = min(plan.limits.replySeconds, Self.writeSeconds)
        var store = CleanupStore(plan)
        do throws(CleanupFault) {
            try change(&store)
        } catch {
            return .problem(503, error.description)
        }
        return nil
    }
}

extension OrderBody {
    /// Either `run` or `ref`.
    fileprivate var undoSelection: UndoSelection {
        get throws(BadMember) {
            let run = try text("run", longest: CleanupRoutes.nameLength)
            let ref = try text("ref", longest: CleanupRoutes.nameLength)
            switch (run, ref) {
            case (let run?, nil): return .run(run)
            case (nil, let text?):
                guard let ref = SessionRef(whole: text[...]) else {
                    throw BadMember(name: "ref", detail: "not a whole ref, such as s:0235a6c74e096509")
                }
                return .session(ref)
            case (nil, nil): throw BadMember(name: "run", detail: "say what to restore: \"run\" or \"ref\"")
            case (_?, _?): throw BadMember(name: "ref", detail: "\"run\" already says what to restore")
            }
        }
    }
}
