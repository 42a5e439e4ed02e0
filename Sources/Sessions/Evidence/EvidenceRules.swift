/// The rules that decide whether an owner is gone. All of them always hold. The simulator takes one away at a time to
/// show that it finds the hole.
@_spi(Simulation) public struct EvidenceRules: OptionSet, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// An owner that was never seen alive is not taken for dead.
    public static let known = EvidenceRules(rawValue: 1 << 0)
    /// Silence is measured within one history of Redis.
    public static let oneHistory = EvidenceRules(rawValue: 1 << 1)
    /// One check counts at most two check intervals of silence.
    public static let boundedSteps = EvidenceRules(rawValue: 1 << 2)
    /// Writing or renewing a heartbeat counts, even if its content is the same.
    public static let heartbeatWrites = EvidenceRules(rawValue: 1 << 3)
    /// New sessions and served requests count.
    public static let work = EvidenceRules(rawValue: 1 << 4)
    /// A session that is renewed or rewritten gets a new grace of its own.
    public static let renewals = EvidenceRules(rawValue: 1 << 5)
    /// Silence must last five times the longest interval between heartbeats.
    public static let intervals = EvidenceRules(rawValue: 1 << 6)
    /// A restart is proven only if one boot alone is heard for as long as the required silence.
    public static let soleBoot = EvidenceRules(rawValue: 1 << 7)
    /// Boots are compared by their meaning.
    public static let canonicalBoots = EvidenceRules(rawValue: 1 << 8)

    public static let all = EvidenceRules(rawValue: (1 << 9) - 1)
}
