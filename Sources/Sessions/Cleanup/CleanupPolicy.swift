/// What cleanup may do to which orphans: the `cleanup` settings.
public struct CleanupPolicy: Sendable, Equatable {
    /// What happens to an orphan that may go.
    public enum Action: Sendable, Equatable {
        /// Its key is removed.
        case delete
        /// Its key is left no more than so long to live.
        case expire(seconds: Double)

        /// How long a session is left to live at most.
        public var secondsLeft: Double {
            switch self {
            case .delete: 0
            case .expire(let seconds): seconds
            }
        }

        /// The `action` label and member.
        public var word: String {
            switch self {
            case .delete: "delete"
            case .expire: "expire"
            }
        }
    }

    public var action = Action.delete
    /// For how long nothing must have been heard of an owner, at least.
    public var graceSeconds = 900.0
    /// The most that a node's own rhythm makes of that: five of its longest intervals between heartbeats.
    public var maxSilenceSeconds = 21_600.0
    /// Why a session may be an orphan to be cleaned; ``OrphanReason/ownerDenies`` is never taken for one.
    public var reasons: Set<OrphanReason> = [.ownerDead, .ownerRestarted]
    /// Keys a second.
    public var maxKeysPerSecond = 500.0
    /// With a larger share of the nodes dead at once, it is rather their heartbeats that are broken.
    public var maxDeadFraction = 0.5
    /// How long nothing is removed after Redis restarted, failed over or loaded.
    public var settleSeconds = 60.0

    public init() {}

    /// Keys in one step on the server at most: other clients wait no longer than for these.
    public static let batchKeys = 100
    /// Keys in one step that hardly anybody waits for: so many, as long as that makes no more than so many steps a second.
    static let fewKeys = 20
    static let stepsPerSecond = 1000.0
    /// The steps of so many seconds follow each other at once, and then there are none: a server that has just done such
    /// a step does the next one several times as fast.
    static let burstSeconds = 0.2
    /// A step that takes so many times as long as the quickest one before it: the server has others to serve.
    static let slowFactor = 3.0
    /// The share of the time that is taken by steps that are slow.
    static let slowShare = 0.1
    /// How far Redis' clock and ours may be apart.
    public var maxSkewSeconds: Double { min(30, max(graceSeconds / 4, 1)) }
    /// An owner must be silent for so many of its longest intervals between heartbeats.
    public static let silentIntervals = 5.0
    /// What was judged must reach Redis within so long.
    public static let judgedSeconds = 2.0
    /// So much earlier by Redis' clock is no clock that was set back: masters of a cluster have one each.
    public static let clockSlackSeconds = 1.0
    /// A session that ends so much later than was judged was renewed meanwhile.
    public static let renewedSeconds = 1.0
    /// What was longer ago than this is needed by no setting.
    static let longestSilenceSeconds = 30 * 86_400.0
    /// Nodes dead for longer are counted no more among those dead at once.
    public static let deadAtOnceSeconds = 86_400.0
}
