import Sessions

/// Judges an audit by the rules of docs/cleanup.md, without I/O: it takes the records one by one in the order of the
/// stream, then the lines of the local file, and yields what breaks a rule. What other causes explain as well, such as a
/// clock that was set back or a stream that was trimmed, is a gap and no violation.
struct AuditCheck: Sendable {
    /// The terms by which records are judged.
    struct Terms: Sendable {
        var policy: CleanupPolicy
        /// In a cluster the audit, the lease and the sessions are on different servers, so less is certain.
        var isCluster = false
        /// The settings hold since then: earlier records are not judged by them.
        var since: UnixTime?
        /// A stream with as many records may have been trimmed.
        var trimmedFrom = CleanupKeys.auditLimit
        /// The owners that evidence in Redis shows as attested, and by whom.
        var attested: [(owner: SessionOwner, by: String)] = []
    }

    /// A run as its first record shows it.
    struct Run: Sendable {
        var first: AuditEntry
        /// The indices in ``records`` of its removals.
        var removals: [Int] = []
        /// True once another run began.
        var isOver = false
    }

    struct SessionOfRun: Hashable {
        var ref: SessionRef
        var run: String
    }

    /// The fate of a session that a run removed.
    struct Removed: Sendable {
        enum State: Sendable { case removed, kept, restored }

        /// The index of the removal in ``records``.
        var record: Int
        var state = State.removed
        var isInFile = false
    }

    let terms: Terms
    var result = AuditVerification()
    /// All readable records.
    private(set) var records: [AuditEntry] = []
    var runs: [String: Run] = [:]
    /// The run that removed last, and the one of the first removal, whose beginning may be missing.
    private var lastRun: String?
    private(set) var firstRun: String?
    var removed: [SessionOfRun: Removed] = [:]
    /// The run that removed a session last.
    var latest: [SessionRef: String] = [:]
    var attestations: [String: [AuditEntry]] = [:]
    private var highestEpoch: Int?
    private var lastTime: UnixTime?
    /// The number of times that the clock was seen to be set back before each record.
    private(set) var clockSteps: [Int] = []
    /// Violations only if the stream is whole.
    var suspects: [AuditViolation] = []
    /// The file, run by run.
    var fileRuns: [String: FileRun] = [:]
    private var isAllReadable = true

    init(_ terms: Terms) {
        self.terms = terms
    }
}

// MARK: - Records

extension AuditCheck {
    /// Takes the next record of the stream.
    mutating func take(_ entry: AuditEntry) {
        result.records += 1
        checkTime(entry)
        checkAlone(entry, at: entry.id)
        records.append(entry)
        switch entry.action {
        case .delete, .expire:
            takeRun(entry)
            takeRemoval(entry)
        case .kept:
            takeRun(entry)
            takeKept(entry)
        case .restored: takeRestored(entry)
        case .attested:
            result.attestations += 1
            attestations[entry.node, default: []].append(entry)
        }
    }

    /// Takes an entry of the stream that is no record.
    mutating func takeUnreadable(_ id: String, _ found: String) {
        result.records += 1
        isAllReadable = false
        violate(.readable, id, found)
    }

    /// Takes note that the stream cannot be read at all.
    mutating func takeBroken(_ key: String, _ found: String) { violate(.readable, key, found) }

    /// Checks a record by itself, in the stream or in the file.
    mutating func checkAlone(_ entry: AuditEntry, at place: String) {
        let (count, limit) = (entry.refs.count, CleanupPolicy.batchKeys)
        if entry.action == .attested {
            if count > 0 { violate(.sessions, place, "an attestation names \(count) sessions") }
            return
        }
        if count == 0 || count > limit { violate(.sessions, place, "it names \(count) sessions") }
        let repeated = count - Set(entry.refs).count
        if repeated > 0 { violate(.sessions, place, "\(repeated) of its \(count) sessions are named again") }
        if entry.agesSeconds.contains(where: { $0.map { $0 < 0 } ?? false }) {
            violate(.sessions, place, "a session's age is below zero")
        }
        guard entry.action.removes else { return }
        checkReason(entry, at: place)
        if entry.silentSeconds < 0 || entry.epoch < 1 {
            violate(.readable, place, "its epoch is below 1, or its silence below 0")
        }
        bySettings(.silence, entry.at, at: place) { policy in
            let grace = Int(policy.graceSeconds)
            return entry.silentSeconds < grace
                ? "silent for \(entry.silentSeconds) s, and cleanup.grace is \(grace) s" : nil
        }
    }

    private mutating func checkReason(_ entry: AuditEntry, at place: String) {
        switch entry.reason {
        case .ownerDenies: violate(.reason, place, "it removes for owner_denies")
        case .ownerUnknown:
            if entry.attestedBy == nil {
                violate(.attested, place, "it removes for owner_unknown, and nobody attested that")
            }
        case .ownerDead, .ownerRestarted:
            bySettings(.reason, entry.at, at: place) { policy in
                policy.reasons.contains(entry.reason)
                    ? nil : "cleanup.reasons does not name \(entry.reason.rawValue)"
            }
        }
        if entry.reason == .ownerRestarted, entry.boot == nil { violate(.boot, place, "its sessions name no boot") }
    }

    /// The id of an entry has the time of Redis' clock, or of the entry before if the clock was set back.
    private mutating func checkTime(_ entry: AuditEntry) {
        let slack = CleanupPolicy.clockSlackSeconds
        let time = entry.at.seconds
        let times = result.times ?? time...time
        result.times = min(times.lowerBound, time)...max(times.upperBound, time)
        var steps = clockSteps.last ?? 0
        defer { clockSteps.append(steps) }
        // These times are not of the server that has the audit.
        guard entry.action != .attested else { return }
        defer { lastTime = entry.at }
        let isLate = !terms.isCluster && entry.idTime.map { entry.at - $0 > slack } ?? false
        if isLate, let written = entry.idTime {
            violate(.time, entry.id, "its time is \(Int(entry.at - written)) s later than that of its id")
        }
        let isBack = lastTime.map { $0 - entry.at > slack } ?? false
        let isOld = entry.idTime.map { $0 - entry.at > slack } ?? true
        if isBack { steps += 1 }
        if !isLate, isBack || isOld && !terms.isCluster {
            doubt(.time, entry.id, "Redis' clock was set back, or Redis stood still, so times prove nothing")
        }
    }
}

extension AuditEntry {
    /// The time by which Redis numbered the entry.
    var idTime: UnixTime? {
        id.split(separator: "-").first.flatMap { Int64($0) }.map { UnixTime(milliseconds: $0) }
    }
}

// MARK: - Runs

extension AuditCheck {
    private mutating func takeRun(_ entry: AuditEntry) {
        let isKnown = runs[entry.run] != nil
        if !isKnown {
            runs[entry.run] = Run(first: entry)
            result.runs += 1
            firstRun = firstRun ?? entry.run
        }
        checkSameRun(entry)
        checkEpoch(entry)
        guard lastRun != entry.run else { return }
        if isKnown {
            violateUnlessCluster(.order, entry.id, "run \(entry.run) goes on after run \(lastRun ?? "") began")
        }
        lastRun = entry.run
    }

    private mutating func checkSameRun(_ entry: AuditEntry) {
        guard let run = runs[entry.run] else { return }
        func differ(_ what: String, _ one: String, _ other: String) -> String? {
            one == other ? nil : "run \(entry.run) had \(what) \(one) before, and \(other) here"
        }
        let differences = [
            differ("the epoch", "\(run.first.epoch)", "\(entry.epoch)"), differ("the asker", run.first.by, entry.by),
            entry.action.removes && run.first.action.removes
                ? differ("the action", run.first.action.rawValue, entry.action.rawValue) : nil,
        ]
        for case let found? in differences { violate(.run, entry.id, found) }
    }

    private mutating func checkEpoch(_ entry: AuditEntry) {
        let highest = highestEpoch ?? entry.epoch
        if entry.epoch < highest {
            violateUnlessCluster(.epoch, entry.id, "epoch \(entry.epoch) follows epoch \(highest)")
        }
        highestEpoch = max(entry.epoch, highest)
    }

    /// True if all records of that run are here.
    private func isWhole(_ run: String) -> Bool { runs[run] != nil && run != firstRun }
}

// MARK: - Violations and gaps

extension AuditCheck {
    static let clusterDoubt = "in a Redis Cluster a failover or a lost answer may explain it"
    static let trimmedDoubt = "the stream was trimmed, and what should come before may have been there"
    static let lostAttestationDoubt =
        "the evidence in Redis has the attestation, and Redis lost its record (in a flush, a failover or a restart)"
    static let unreadableDoubt = "records before it cannot be read"

    mutating func violate(_ rule: AuditRule, _ place: String, _ found: String) {
        result.add(AuditViolation(place: place, rule: rule, found: found))
    }

    mutating func doubt(_ rule: AuditRule?, _ place: String?, _ why: String) {
        result.add(AuditGap(rule: rule, why: why, place: place))
    }

    mutating func violateUnlessCluster(_ rule: AuditRule, _ place: String, _ found: String) {
        if terms.isCluster { doubt(rule, place, Self.clusterDoubt) } else { violate(rule, place, found) }
    }

    /// A violation, unless what is missing may have been in a part of the stream that was trimmed.
    mutating func suspect(_ rule: AuditRule, _ entry: AuditEntry, _ found: String) {
        if isWhole(entry.run), isAllReadable, !terms.isCluster {
            violate(rule, entry.id, found)
        } else {
            suspects.append(AuditViolation(place: entry.id, rule: rule, found: found))
        }
    }

    /// Judges by a setting, unless the record is older than the settings.
    mutating func bySettings(
        _ rule: AuditRule, _ time: UnixTime, at place: String, _ found: (CleanupPolicy) -> String?
    ) {
        guard let text = found(terms.policy) else { return }
        if let since = terms.since, time < since {
            doubt(rule, place, "it is older than --since, and may follow other settings")
        } else {
            violate(rule, place, text)
        }
    }

    /// Ends the check.
    mutating func finish() -> AuditVerification {
        checkPace()
        if result.lines != nil { checkFileIsWhole() }
        let isTrimmed = result.records >= terms.trimmedFrom
        for suspect in suspects {
            if !isAllReadable {
                doubt(suspect.rule, suspect.place, Self.unreadableDoubt)
            } else if isTrimmed {
                doubt(suspect.rule, suspect.place, Self.trimmedDoubt)
            } else if terms.isCluster {
                doubt(suspect.rule, suspect.place, Self.clusterDoubt)
            } else {
                result.add(suspect)
            }
        }
        suspects = []
        if isTrimmed {
            doubt(
                nil, records.first?.id,
                "the stream keeps its last \(terms.trimmedFrom) records or so: earlier ones are gone")
        }
        if terms.isCluster, result.records > 0 {
            doubt(.time, nil, "in a Redis Cluster each server has its own clock")
        }
        return result
    }

    mutating func beginFile() { result.lines = 0 }
    mutating func countLine() { result.lines = (result.lines ?? 0) + 1 }
}
