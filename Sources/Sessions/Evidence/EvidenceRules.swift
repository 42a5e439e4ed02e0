/// The rules by which owners are judged to be gone. All hold, always; the simulator takes one away at a time, to show that it
/// finds the hole.
@_spi(Simulation) public struct EvidenceRules: OptionSet, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// An owner that was never seen alive is not taken for dead.
    public static let known = EvidenceRules(rawValue: 1 << 0)
    /// Silence is measured within one history of Redis.
    public static let oneHistory = EvidenceRules(rawValue: 1 << 1)
    /// One check counts no more silence than from one check to the next but one.
    public static let boundedSteps = EvidenceRules(rawValue: 1 << 2)
    /// That a heartbeat was written or renewed counts, though it says the same.
    public static let heartbeatWrites = EvidenceRules(rawValue: 1 << 3)
    /// New sessions and served requests count.
    public static let work = EvidenceRules(rawValue: 1 << 4)
    /// A session that is renewed or written anew begins its grace anew.
    public static let renewals = EvidenceRules(rawValue: 1 << 5)
    /// Silence lasts five of the longest intervals between heartbeats.
    public static let intervals = EvidenceRules(rawValue: 1 << 6)
    /// A restart is proven by one boot that alone is heard for as long as silence lasts.
    public static let soleBoot = EvidenceRules(rawValue: 1 << 7)
    /// Boots are compared by what they mean.
    public static let canonicalBoots = EvidenceRules(rawValue: 1 << 8)

    public static let all = EvidenceRules(rawValue: (1 << 9) - 1)
}
