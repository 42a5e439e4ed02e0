/// What cleanup may do to which orphans: the `cleanup` settings.
public struct CleanupPolicy: Sendable, Equatable {
    /// What happens to an orphan that may go.
    public enum Action: Sendable, Equatable {
        /// Its key is removed.
        case delete
        /// Its key is left no more than so long to live.
        case expire(seconds: Double)

        /// The `action` label and member.
        public var word: String {
            switch self {
            case .delete: "delete"
            case .expire: "expire"
            }
        }
    }

    public var action = Action.delete
    /// How long an owner must be gone without a break.
    public var graceSeconds = 900.0
    /// Why a session may be an orphan to be cleaned; ``OrphanReason/ownerDenies`` is never taken for one.
    public var reasons: Set<OrphanReason> = [.ownerDead, .ownerRestarted]
    /// Keys a second.
    public var rate = 500.0
    /// With a larger share of the nodes dead at once, it is rather their heartbeats that are broken.
    public var maxDeadFraction = 0.5
    /// How long nothing is removed after Redis restarted, failed over or loaded.
    public var settleSeconds = 60.0

    /// The share of the server's time that a run may take, as its own round trips measure it: it slows down with them.
    public var share = 0.1

    public init() {}

    /// Keys in one step on the server: other clients wait no longer than for these.
    public static let batchKeys = 100
    /// How far Redis' clock and ours may be apart.
    public var maxSkewSeconds: Double { min(30, max(graceSeconds / 4, 1)) }
    /// Nodes dead for longer are counted no more among those dead at once.
    public static let deadAtOnceSeconds = 86_400.0
}
