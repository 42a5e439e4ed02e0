/// A rule of docs/cleanup.md that the audit's records alone can show to be broken.
public enum AuditRule: String, Sendable, CaseIterable {
    case readable, sessions, time, epoch, run, order, reason, attested, boot, silence, kept, restored, repeated, pace,
        file

    /// The rule in plain words, as one sentence without a full stop.
    public var sentence: String {
        switch self {
        case .readable: "each record has all of its fields, in the version that this program writes"
        case .sessions: "a record names 1 to 100 sessions, each once; one of an attestation names none"
        case .time: "no record is later than Redis' clock was when it was written"
        case .epoch: "each time the lease is taken it gets a higher epoch"
        case .run: "a run has one epoch, one action, and one who asked for it"
        case .order: "one run at a time removes sessions"
        case .reason: "a removal has a reason that cleanup.reasons names, or an attestation; a denial never counts"
        case .attested: "somebody attested that the owner is gone, in a record before"
        case .boot: "owner_restarted is proven by two boots, so the removed sessions name one"
        case .silence: "the owner was silent for cleanup.grace or longer"
        case .kept: "only sessions that the same run removed, of the same owner, are kept"
        case .restored:
            "only sessions that were removed, of that owner, and neither kept nor restored since, are restored"
        case .repeated: "a session that is written anew after its removal begins a grace of its own"
        case .pace: "a run removes no more than cleanup.max_keys_per_second"
        case .file: "the local file and the stream say the same"
        }
    }
}

/// A record that breaks a rule.
public struct AuditViolation: Sendable, Equatable {
    /// The entry's id in the stream, or the line as `FILE:LINE`.
    public var place: String
    public var rule: AuditRule
    /// What the record says instead, without session ids.
    public var found: String
}

/// Something that could not be checked, and why.
public struct AuditGap: Sendable, Equatable {
    /// Nil if it concerns several rules.
    public var rule: AuditRule?
    public var why: String
    /// The number of records or lines.
    public var count = 1
    /// The first of them.
    public var place: String?
}

/// The result of checking an audit.
public struct AuditVerification: Sendable, Equatable {
    /// All records of the stream.
    public internal(set) var records = 0
    /// The times of the first and the last record.
    public internal(set) var times: ClosedRange<Double>?
    public internal(set) var runs = 0
    /// Sessions, counted once for each record that names them.
    public internal(set) var removed = 0
    public internal(set) var kept = 0
    public internal(set) var restored = 0
    public internal(set) var attestations = 0
    /// The lines of the local file; nil if there was none to read.
    public internal(set) var lines: Int?
    /// The first ones, in the order in which they were found.
    public internal(set) var violations: [AuditViolation] = []
    /// All violations, also those that ``violations`` has no room for.
    public internal(set) var broken = 0
    public internal(set) var gaps: [AuditGap] = []

    /// The number of violations that are told one by one.
    static let violationLimit = 1_000

    mutating func add(_ violation: AuditViolation) {
        broken += 1
        if violations.count < Self.violationLimit { violations.append(violation) }
    }

    /// Counts gaps of one kind together.
    mutating func add(_ gap: AuditGap) {
        if let index = gaps.firstIndex(where: { $0.rule == gap.rule && $0.why == gap.why }) {
            gaps[index].count += gap.count
        } else {
            gaps.append(gap)
        }
    }
}
