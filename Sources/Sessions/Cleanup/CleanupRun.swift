/// One cleanup run, step by step and without I/O. It says what to do next, is told the result, and ends with a report.
///
/// Each batch goes through three steps. First the candidates and their owner's heartbeats are read again on the master.
/// Then the run judges them by the registry, the evidence and the brakes of that moment. Last, the server removes them
/// in one step that insists on the very bytes that were judged.
public struct CleanupRun: Sendable {
    /// The action to take before ``next(_:_:)`` is called again.
    public enum Step: Sendable, Equatable {
        /// Do nothing for that long. 0 means to call again at once, after others had a chance to use the registry.
        case wait(seconds: Double)
        /// Read these candidates, all of one owner, and pass the result to ``take(_:)-(RecheckResult)``.
        case recheck([CleanupCandidate])
        /// Read the heartbeats of these nodes again and again for that long, pass them to
        /// ``Registry/hear(_:of:at:seconds:)``, and then call ``Registry/noteWatchedClosely(_:seconds:)`` for each
        /// node.
        case watch([SoleBoot], seconds: Double)
        /// Let the server remove these, and pass the outcome to ``take(_:seconds:at:)``.
        case remove(RemovalBatch)
        case end
    }

    /// The facts that decide a step.
    public struct Moment: Sendable {
        /// The time by Redis' clock.
        public var now: UnixTime
        /// The time on the monotonic clock.
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

    /// The number of times that a batch is read again while its owner's heartbeats keep changing.
    static let recheckLimit = 4
    /// The time for which heartbeats are watched closely at once, and the number of nodes watched together. Each of
    /// them costs Redis some 4,000 commands a second.
    static let watchSeconds = 0.5
    static let watchLimit = 4
    /// The number of candidates that may wait for their batch to fill.
    static let waitingLimit = 10_000

    public let policy: CleanupPolicy
    public private(set) var report: CleanupReport
    private let epoch: Int
    /// The owners whose sessions this run removes, with the reason: those of the plan that it begins with. Nil before
    /// that. Whether sessions of one of them may still be removed is judged again for each batch.
    private var removable: [SessionOwner: OrphanReason]?
    /// The position of the walk through the registry.
    private var shelf = 0
    private var waiting: [SessionOwner: [CleanupCandidate]] = [:]
    private var waitingCount = 0
    /// The present batch, the last result of reading it again, and how often it was read.
    private var batch: [CleanupCandidate] = []
    private var found: RecheckResult?
    private var rechecks = 0
    private var removing: RemovalBatch?
    /// The number of sessions of the batch that the last recheck found renewed.
    private var renewed = 0
    private var planned = 0
    private var handled = 0
    private var notBefore = -Double.infinity
    /// The keys of the present burst and the time when its first step was over, or else the time at which the next
    /// burst may begin.
    private var burst = (keys: 0, began: -Double.infinity)
    /// The time that the quickest step of a full batch took.
    private var quickest: Double?

    public init(_ request: CleanupRequest, policy: CleanupPolicy, epoch: Int, at now: UnixTime) {
        self.policy = policy
        self.epoch = epoch
        report = CleanupReport(request: request, action: policy.action, epoch: epoch, began: now)
    }

    /// The number of sessions in one batch.
    var batchSize: Int {
        let perStep = max(CleanupPolicy.fewKeys, Int(policy.maxKeysPerSecond / CleanupPolicy.stepsPerSecond))
        return min(CleanupPolicy.batchKeys, perStep, max(1, Int(burstKeys)))
    }

    private var burstKeys: Double { policy.maxKeysPerSecond * CleanupPolicy.burstSeconds }
}

// MARK: - The next step

extension CleanupRun {
    public mutating func next(_ registry: Registry, _ moment: Moment) -> Step {
        guard report.result == nil else { return .end }
        guard moment.lease.epoch(at: moment.seconds) == epoch else {
            return end(.aborted, "the lease was lost", at: moment.now)
        }
        if removable == nil { plan(registry, moment) }
        if report.result != nil { return .end }
        report.brakes = registry.cleanupBrakes(policy, moment.conditions, at: moment.now)
        if let brake = report.brakes.first(where: { $0.brake != .deadFraction }) {
            return end(.suspended, brake.detail, at: moment.now)
        }
        if let found { return judge(found, registry, moment) }
        if !batch.isEmpty { return .recheck(batch) }
        if moment.seconds < notBefore { return .wait(seconds: notBefore - moment.seconds) }
        return gather(registry, at: moment.now)
    }

    /// Plans the run. A dry run ends with that.
    private mutating func plan(_ registry: Registry, _ moment: Moment) {
        let plan = registry.cleanupPlan(policy, conditions: moment.conditions, at: moment.now)
        let removable = plan.groups.reduce(into: [SessionOwner: OrphanReason]()) { removable, group in
            if group.skip == nil { removable[group.owner] = group.reason }
        }
        self.removable = removable
        planned = report.request.isDryRun ? 0 : plan.going
        report.take(plan)
        // There is nothing to look for among the sessions.
        if removable.isEmpty { shelf = registry.shelfCount }
    }

    /// Walks on until a batch is full, or all sessions were visited.
    private mutating func gather(_ registry: Registry, at now: UnixTime) -> Step {
        if shelf < registry.shelfCount {
            for candidate in registry.candidates(of: removable ?? [:], policy, from: &shelf) {
                waiting[candidate.owner, default: []].append(candidate)
                waitingCount += 1
            }
        }
        let isLast = shelf >= registry.shelfCount
        // The fullest batch goes first, the others once no more sessions can come.
        let fullest = waiting.lazy.map { (owner: $0.key, count: $0.value.count) }.max {
            ($0.count, $1.owner.node, $1.owner.boot?.text ?? "") < ($1.count, $0.owner.node, $0.owner.boot?.text ?? "")
        }
        guard let (owner, count) = fullest,
            count >= batchSize || isLast || waitingCount > Self.waitingLimit
        else {
            return isLast ? end(.completed, nil, at: now) : .wait(seconds: 0)
        }
        takeBatch(of: owner)
        return .recheck(batch)
    }

    private mutating func takeBatch(of owner: SessionOwner) {
        var all = waiting.removeValue(forKey: owner) ?? []
        batch = Array(all.suffix(batchSize))
        all.removeLast(batch.count)
        if !all.isEmpty { waiting[owner] = all }
        waitingCount -= batch.count
        rechecks = 0
    }

    /// Judges what was just read, by what holds now.
    private mutating func judge(_ recheck: RecheckResult, _ registry: Registry, _ moment: Moment) -> Step {
        found = nil
        guard let first = batch.first, recheck.records.count == batch.count else {
            let why = "\(batch.count) sessions were read again, and \(recheck.records.count) records came back"
            return end(.error, why, at: moment.now)
        }
        let owner = first.owner
        guard registry.reasonToRemove(owner, policy, report.brakes) == first.reason,
            !registry.liveness.speaks(recheck.heartbeats, for: owner)
        else {
            noteReturned(owner)
            return .wait(seconds: 0)
        }
        let standing = registry.liveness.evidence.standing(of: owner, policy, registry.policy)
        // One of two processes under one name may hide the other. The batch is read again after the close watch.
        let mayBeHidden =
            first.reason == .ownerRestarted || registry.liveness.mayBeHidden(owner, within: standing.requiredSeconds)
        if mayBeHidden, let left = registry.liveness.closeWatchLeft(owner.node) {
            rechecks = 0
            return .watch(
                [left.sole] + otherRestarts(registry, besides: owner.node),
                seconds: min(left.seconds, Self.watchSeconds))
        }
        var entries: [RemovalBatch.Entry] = []
        renewed = 0
        for (candidate, record) in zip(batch, recheck.records) {
            guard let record, record.isOf(owner) else { continue }
            // The view already knows of this renewal, or will hear of it soon.
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
            holds: recheck.time - CleanupPolicy.clockSlackSeconds...recheck.time + CleanupPolicy.judgedSeconds,
            owner: owner,
            reason: first.reason,
            action: policy.action,
            by: report.request.by, run: report.request.run,
            silentSeconds: standing.silentSeconds, attestedBy: standing.isKnown ? nil : standing.attestation?.by,
            heartbeats: recheck.heartbeats, entries: entries, undo: policy.undo)
        removing = removal
        return .remove(removal)
    }

    /// Returns other nodes whose restart must be proven before this run ends: those whose batches come next, since a
    /// close watch does not prove anything for long.
    private func otherRestarts(_ registry: Registry, besides node: String) -> [SoleBoot] {
        var nodes: [String: Int] = [:]
        for (owner, reason) in removable ?? [:] where reason == .ownerRestarted && owner.node != node {
            nodes[owner.node] = max(nodes[owner.node] ?? 0, waiting[owner]?.count ?? 0)
        }
        return nodes.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.lazy
            .compactMap { registry.liveness.closeWatchLeft($0.key)?.sole }.prefix(Self.watchLimit - 1).map(\.self)
    }
}

// MARK: - Results

extension CleanupRun {
    public mutating func take(_ recheck: RecheckResult) {
        found = recheck
        rechecks += 1
    }

    /// Takes the outcome of a removal. `seconds` is the time that the server took to answer, and `at` is the present
    /// time on the monotonic clock.
    public mutating func take(_ outcome: RemovalOutcome, seconds: Double, at now: Double, time: UnixTime) {
        guard let removal = removing else { return }
        removing = nil
        switch outcome {
        case .refused(.heartbeatChanged) where rechecks < Self.recheckLimit,
            .refused(.late) where rechecks < Self.recheckLimit:
            // The heartbeat may be another boot's, so the batch is read again.
            return
        case .refused(.heartbeatChanged):
            noteReturned(removal.owner)
        case .refused(.late):
            let why = "the judgement did not reach Redis within \(CleanupPolicy.judgedSeconds) s, by Redis' clock"
            _ = end(.error, why, at: time)
        case .refused(.leaseLost): _ = end(.aborted, "the lease was lost", at: time)
        case .refused(.stopped): _ = end(.suspended, "somebody suspended cleanup", at: time)
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

    /// Returns the time at which the rate permits the next step: at once while the burst lasts.
    private mutating func pause(after keys: Int, at now: Double) -> Double {
        if now > burst.began + Double(burst.keys) / policy.maxKeysPerSecond { burst = (0, now) }
        burst.keys += keys
        guard Double(burst.keys + batchSize) > burstKeys else { return now }
        burst = (0, burst.began + Double(burst.keys) / policy.maxKeysPerSecond)
        return burst.began
    }

    /// Returns the time for which other clients are left alone after a step that took longer than usual, since they
    /// waited as long as this run did.
    private mutating func rest(after seconds: Double, _ keys: Int) -> Double {
        let isSlow = quickest.map { seconds > CleanupPolicy.slowFactor * $0 } ?? false
        // A step with fewer keys says nothing about a full one.
        if keys == batchSize { quickest = min(quickest ?? seconds, seconds) }
        return isSlow ? seconds * (1 / CleanupPolicy.slowShare - 1) : 0
    }

    /// Ends the run because the process is told to stop, or somebody asks for it.
    public mutating func abort(_ why: String, at now: UnixTime) {
        if report.result == nil { _ = end(.aborted, why, at: now) }
    }

    /// Ends the run because the server refused or failed.
    public mutating func fail(_ why: String, at now: UnixTime) {
        if report.result == nil { _ = end(.error, why, at: now) }
    }

    private mutating func noteReturned(_ owner: SessionOwner) {
        removable?[owner] = nil
        leave(batch.count + (waiting[owner]?.count ?? 0), .ownerReturned)
        waitingCount -= waiting.removeValue(forKey: owner)?.count ?? 0
    }

    /// Leaves the present batch, or what remains of it.
    private mutating func leave(_ count: Int, _ skip: CleanupSkip) {
        batch = []
        handled += count
        if count > 0 { report.skipped[skip, default: 0] += count }
    }

    private mutating func end(_ result: CleanupResult, _ why: String?, at now: UnixTime) -> Step {
        report.result = result
        report.why = why
        report.ended = now
        // These are the sessions whose turn did not come. In a completed run, they are those whose owner was seen
        // again.
        let skip = result == .completed ? CleanupSkip.ownerReturned : .rateLimited
        if planned > handled { report.skipped[skip, default: 0] += planned - handled }
        return .end
    }
}
