/// One run, step by step, without I/O: it says what to do next, is told what came of it, and ends with a report.
///
/// The order of a batch: look at the candidates and at their owner's heartbeats on the master; judge what was found by the
/// registry, the evidence and the brakes of that moment; remove by a step on the server that insists on the very bytes
/// judged.
public struct CleanupRun: Sendable {
    /// What is to be done before ``next(_:_:)`` is called again.
    public enum Step: Sendable, Equatable {
        /// Nothing for so long: 0 means call again at once, others may have the registry meanwhile.
        case wait(seconds: Double)
        /// Read these, all of one owner, and tell by ``take(_:)-(RecheckResult)``.
        case look([CleanupCandidate])
        /// Read the heartbeats of these nodes again and again for so long, hand them to ``Registry/hear(_:of:at:seconds:)``, and
        /// then tell ``Registry/noteWatchedClosely(_:seconds:)`` of each.
        case watch([SoleBoot], seconds: Double)
        /// Let the server remove these, and tell what it did by ``take(_:seconds:at:)``.
        case remove(RemovalBatch)
        case end
    }

    /// What a step is decided by.
    public struct Moment: Sendable {
        /// Redis' time.
        public var now: UnixTime
        /// The clock that never jumps.
        public var seconds: Double
        public var lease: CleanupLease
        public var conditions: CleanupConditions

        public init(now: UnixTime, seconds: Double, lease: CleanupLease, conditions: CleanupConditions) {
            self.now = now
            self.seconds = seconds
            self.lease = lease
            self.conditions = conditions
        }
    }

    /// Looks at a batch whose owner's heartbeats change under it.
    static let lookLimit = 4
    /// Heartbeats are watched closely for so long at a time, and those of so many nodes at once: each costs Redis some 4,000
    /// commands a second.
    static let watchSeconds = 0.5
    static let watchLimit = 4
    /// Candidates that wait for their batch to be full.
    static let waitingLimit = 10_000

    public let policy: CleanupPolicy
    public private(set) var report: CleanupReport
    private let epoch: Int
    private var isPlanned = false
    /// Where the walk through the registry is.
    private var shelf = 0
    private var waiting: [SessionOwner: [CleanupCandidate]] = [:]
    private var waitingCount = 0
    /// The batch in hand, what was last seen of it, and how often it was looked at.
    private var batch: [CleanupCandidate] = []
    private var found: RecheckResult?
    private var looks = 0
    private var removing: RemovalBatch?
    /// Sessions of the batch that the last look found renewed.
    private var renewed = 0
    /// Owners of which a heartbeat was met: none of theirs goes in this run.
    private var returned: Set<SessionOwner> = []
    private var planned = 0
    private var handled = 0
    private var notBefore = -Double.infinity
    /// Keys of the burst that goes on, and when its first step was over; or when the next one may begin.
    private var burst = (keys: 0, began: -Double.infinity)
    /// What the quickest step of a whole batch took.
    private var quickest: Double?

    public init(_ request: CleanupRequest, policy: CleanupPolicy, epoch: Int, at now: UnixTime) {
        self.policy = policy
        self.epoch = epoch
        report = CleanupReport(request: request, action: policy.action, epoch: epoch, began: now)
    }

    /// Sessions in one batch.
    var batchSize: Int {
        let perStep = max(CleanupPolicy.fewKeys, Int(policy.maxKeysPerSecond / CleanupPolicy.stepsPerSecond))
        return min(CleanupPolicy.batchKeys, perStep, max(1, Int(burstKeys)))
    }

    private var burstKeys: Double { policy.maxKeysPerSecond * CleanupPolicy.burstSeconds }
}

// MARK: - What to do next

extension CleanupRun {
    public mutating func next(_ registry: Registry, _ moment: Moment) -> Step {
        guard report.result == nil else { return .end }
        guard moment.lease.epoch(at: moment.seconds) == epoch else {
            return end(.aborted, "the lease was lost", at: moment.now)
        }
        let plan = registry.cleanupPlan(policy, conditions: moment.conditions, at: moment.now)
        if !isPlanned {
            isPlanned = true
            planned = report.request.isDryRun ? 0 : plan.going
            report.take(plan)
            if report.result != nil { return .end }
        }
        report.brakes = plan.brakes
        if let brake = plan.brakes.first(where: { $0.brake != .deadFraction }) {
            return end(.suspended, brake.detail, at: moment.now)
        }
        let going = plan.groups.reduce(into: [SessionOwner: OrphanReason]()) { going, group in
            if group.skip == nil, !returned.contains(group.owner) { going[group.owner] = group.reason }
        }
        if let found { return judge(found, registry, going, moment) }
        if !batch.isEmpty { return .look(batch) }
        if moment.seconds < notBefore { return .wait(seconds: notBefore - moment.seconds) }
        return gather(registry, going, at: moment.now)
    }

    /// Walks on until a batch is full, or all have been met.
    private mutating func gather(
        _ registry: Registry, _ going: [SessionOwner: OrphanReason], at now: UnixTime
    ) -> Step {
        if shelf < registry.shelfCount {
            for candidate in registry.candidates(of: going, policy, from: &shelf) {
                waiting[candidate.owner, default: []].append(candidate)
                waitingCount += 1
            }
        }
        let isLast = shelf >= registry.shelfCount
        // The fullest first, the rest when there is nothing more to come.
        let fullest = waiting.lazy.map { (owner: $0.key, count: $0.value.count) }.max {
            ($0.count, $1.owner.node, $1.owner.boot?.text ?? "") < ($1.count, $0.owner.node, $0.owner.boot?.text ?? "")
        }
        guard let (owner, count) = fullest,
            count >= batchSize || isLast || waitingCount > Self.waitingLimit
        else {
            return isLast ? end(.completed, nil, at: now) : .wait(seconds: 0)
        }
        takeBatch(of: owner)
        return .look(batch)
    }

    private mutating func takeBatch(of owner: SessionOwner) {
        var all = waiting.removeValue(forKey: owner) ?? []
        batch = Array(all.suffix(batchSize))
        all.removeLast(batch.count)
        if !all.isEmpty { waiting[owner] = all }
        waitingCount -= batch.count
        looks = 0
    }

    /// What was just seen, judged by what holds now.
    private mutating func judge(
        _ look: RecheckResult, _ registry: Registry, _ going: [SessionOwner: OrphanReason], _ moment: Moment
    ) -> Step {
        found = nil
        guard let first = batch.first, look.records.count == batch.count else {
            return end(.error, "a look at \(batch.count) sessions came back as \(look.records.count)", at: moment.now)
        }
        let owner = first.owner
        guard going[owner] == first.reason, !registry.liveness.speaks(look.beats, for: owner) else {
            noteReturned(owner)
            return .wait(seconds: 0)
        }
        let standing = registry.liveness.evidence.standing(of: owner, policy, registry.policy)
        // Of two processes under one name the one may hide the other. The batch is looked at again afterwards.
        let mayBeHidden =
            first.reason == .ownerRestarted || registry.liveness.mayBeHidden(owner, within: standing.requiredSeconds)
        if mayBeHidden, let left = registry.liveness.closeWatchLeft(owner.node) {
            looks = 0
            return .watch(
                [left.sole] + otherRestarts(registry, going, besides: owner.node),
                seconds: min(left.seconds, Self.watchSeconds))
        }
        var entries: [RemovalBatch.Entry] = []
        renewed = 0
        for (candidate, record) in zip(batch, look.records) {
            guard let record, record.isOf(owner) else { continue }
            // The view was told of it since the batch was gathered, or is still to be told.
            if registry.isRenewed(candidate, within: standing.requiredSeconds) || record.isRenewed(since: candidate) {
                renewed += 1
            } else {
                entries.append(RemovalBatch.Entry(candidate: candidate, record: record))
            }
        }
        guard !entries.isEmpty else {
            leave(batch.count - renewed, .changed)
            leave(renewed, .renewed)
            return .wait(seconds: 0)
        }
        let removal = RemovalBatch(
            holder: moment.lease.holder, epoch: epoch, at: moment.now,
            holds: look.time - CleanupPolicy.clockSlackSeconds...look.time + CleanupPolicy.judgedSeconds, owner: owner,
            reason: first.reason,
            action: policy.action,
            by: report.request.by, run: report.request.run,
            silentSeconds: standing.silentSeconds, attestedBy: standing.isKnown ? nil : standing.attestation?.by,
            beats: look.beats, entries: entries)
        removing = removal
        return .remove(removal)
    }

    /// Other nodes whose restart is to be proven before this run is over.
    private func otherRestarts(
        _ registry: Registry, _ going: [SessionOwner: OrphanReason], besides node: String
    ) -> [SoleBoot] {
        Set(going.lazy.filter { $0.value == .ownerRestarted && $0.key.node != node }.map(\.key.node)).sorted().lazy
            .compactMap { registry.liveness.closeWatchLeft($0)?.sole }.prefix(Self.watchLimit - 1).map(\.self)
    }
}

extension HeldRecord {
    /// Whether it is still a session of that owner.
    func isOf(_ name: SessionOwner) -> Bool {
        guard let owner else { return false }
        return owner.node.elementsEqual(name.node.utf8)
            && owner.boot.map { String(decoding: $0, as: UTF8.self) } == name.boot?.text
    }

    /// Whether it ends at another time than the view knows: it was renewed, and that has not been told yet. The view
    /// rounds up to a second.
    func isRenewed(since candidate: CleanupCandidate) -> Bool {
        guard let known = candidate.expiresAt else { return deadline != nil }
        guard let deadline else { return true }
        return deadline - known >= CleanupPolicy.renewedSeconds || known - deadline >= 1 + CleanupPolicy.renewedSeconds
    }
}

// MARK: - What came of it

extension CleanupRun {
    public mutating func take(_ look: RecheckResult) {
        found = look
        looks += 1
    }

    /// `seconds`: how long the server took to answer; `at`: the clock that never jumps, now.
    public mutating func take(_ outcome: RemovalOutcome, seconds: Double, at now: Double, time: UnixTime) {
        guard let removal = removing else { return }
        removing = nil
        switch outcome {
        case .refused(.heartbeatChanged) where looks < Self.lookLimit, .refused(.late) where looks < Self.lookLimit:
            // It may be another boot's: the batch is looked at again.
            return
        case .refused(.heartbeatChanged):
            noteReturned(removal.owner)
        case .refused(.late):
            let why = "what was judged did not reach Redis within \(CleanupPolicy.judgedSeconds) s, by Redis' clock"
            _ = end(.error, why, at: time)
        case .refused(.leaseLost): _ = end(.aborted, "the lease was lost", at: time)
        case .refused(.stopped): _ = end(.suspended, "somebody stopped it", at: time)
        case .done(let results):
            let cleaned = results.count { $0 == .cleaned }
            report.cleaned[removal.reason, default: 0] += cleaned
            handled += cleaned
            renewed += results.count { $0 == .renewed }
            leave(batch.count - cleaned - renewed, .changed)
            leave(renewed, .renewed)
        }
        let keys = removal.entries.count
        notBefore = max(pause(after: keys, at: now), now + rest(after: seconds, keys))
    }

    /// When the rate lets the next step begin: at once while the burst goes on.
    private mutating func pause(after keys: Int, at now: Double) -> Double {
        if now > burst.began + Double(burst.keys) / policy.maxKeysPerSecond { burst = (0, now) }
        burst.keys += keys
        guard Double(burst.keys + batchSize) > burstKeys else { return now }
        burst = (0, burst.began + Double(burst.keys) / policy.maxKeysPerSecond)
        return burst.began
    }

    /// How long other clients are left alone after a step that took longer than such a one usually does: they wait as
    /// long as we did.
    private mutating func rest(after seconds: Double, _ keys: Int) -> Double {
        let isSlow = quickest.map { seconds > CleanupPolicy.slowFactor * $0 } ?? false
        // One of fewer keys says nothing of a whole one.
        if keys == batchSize { quickest = min(quickest ?? seconds, seconds) }
        return isSlow ? seconds * (1 / CleanupPolicy.slowShare - 1) : 0
    }

    /// Ends it: the process is told to stop, or somebody wishes it.
    public mutating func abort(_ why: String, at now: UnixTime) {
        if report.result == nil { _ = end(.aborted, why, at: now) }
    }

    /// Ends it: the server refused or failed.
    public mutating func fail(_ why: String, at now: UnixTime) {
        if report.result == nil { _ = end(.error, why, at: now) }
    }

    private mutating func noteReturned(_ owner: SessionOwner) {
        returned.insert(owner)
        leave(batch.count + (waiting[owner]?.count ?? 0), .ownerReturned)
        waitingCount -= waiting.removeValue(forKey: owner)?.count ?? 0
    }

    /// The batch in hand, or what is left of it, stays.
    private mutating func leave(_ count: Int, _ skip: CleanupSkip) {
        batch = []
        handled += count
        if count > 0 { report.skipped[skip, default: 0] += count }
    }

    private mutating func end(_ result: CleanupResult, _ why: String?, at now: UnixTime) -> Step {
        report.result = result
        report.why = why
        report.ended = now
        // Those whose turn did not come; when all were met, those whose owner was seen again.
        let skip = result == .completed ? CleanupSkip.ownerReturned : .rateLimited
        if planned > handled { report.skipped[skip, default: 0] += planned - handled }
        return .end
    }
}
