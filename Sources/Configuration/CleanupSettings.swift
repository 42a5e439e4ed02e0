/// What happens to orphans, and what holds it back.
public struct CleanupSettings: Sendable, Equatable {
    public enum Mode: String, Sendable, CaseIterable {
        case off
        case dryRun = "dry-run"
        case expire, delete

        /// Whether anything in Redis changes.
        public var removes: Bool { self == .expire || self == .delete }
    }

    /// The reasons that may be cleaned on their own; `owner_denies` is never one.
    public enum Reason: String, Sendable, CaseIterable {
        case ownerDead = "owner_dead"
        case ownerRestarted = "owner_restarted"
        case ownerUnknown = "owner_unknown"
    }

    public var mode = Mode.dryRun
    public var every = Duration.seconds(300)
    /// For how long nothing must have been heard of an owner.
    public var grace = Duration.seconds(900)
    /// The most that a node's own rhythm makes of that.
    public var maxSilence = Duration.seconds(21_600)
    public var reasons: [Reason] = [.ownerDead, .ownerRestarted]
    /// Keys per second.
    public var maxKeysPerSecond = 500
    public var expireTo = Duration.seconds(3_600)
    public var maxDeadFraction = 0.5
    /// How long nothing is removed after Redis restarted, failed over or loaded.
    public var settle = Duration.seconds(60)
    /// Empty for none.
    public var auditFile = ""

    public init() {}
}
