/// The settings of cleanup: its action on orphans, and its limits.
public struct CleanupSettings: Sendable, Equatable {
    public enum Mode: String, Sendable, CaseIterable {
        case off
        case dryRun = "dry-run"
        case expire, delete

        /// True if it changes anything in Redis.
        public var removes: Bool { self == .expire || self == .delete }
    }

    /// The reasons for which orphans may be cleaned automatically; `owner_denies` never is one.
    public enum Reason: String, Sendable, CaseIterable {
        case ownerDead = "owner_dead"
        case ownerRestarted = "owner_restarted"
        case ownerUnknown = "owner_unknown"
    }

    public var mode = Mode.dryRun
    public var every = Duration.seconds(300)
    /// The shortest silence of an owner before its sessions are cleaned.
    public var grace = Duration.seconds(900)
    /// The upper bound for that silence when it is derived from a node's own rhythm.
    public var maxSilence = Duration.seconds(21_600)
    public var reasons: [Reason] = [.ownerDead, .ownerRestarted]
    /// Keys per second.
    public var maxKeysPerSecond = 500
    public var expireTo = Duration.seconds(3_600)
    public var maxDeadFraction = 0.5
    /// The time after a restart, failover or loading of Redis during which nothing is removed.
    public var settle = Duration.seconds(60)
    /// The time for which a removed session can be restored; 0 for not at all.
    public var undoFor = Duration.seconds(86_400)
    /// The room in Redis for removed sessions that can be restored.
    public var undoMaxBytes = 64 << 20
    /// True if removed sessions that prove to be in use are restored without being asked for.
    public var autoRestore = true
    /// Empty for no file.
    public var auditFile = ""

    public init() {}
}
