/// The `cleanup` settings: what cleanup may do to which orphans.
public struct CleanupPolicy: Sendable, Equatable {
    /// The action on an orphan that may be removed.
    public enum Action: Sendable, Equatable {
        /// Cleanup deletes its key.
        case delete
        /// Cleanup shortens the TTL of its key to at most `seconds`.
        case expire(seconds: Double)

        /// The longest time for which a session may stay.
        public var secondsLeft: Double {
            switch self {
            case .delete: 0
            case .expire(let seconds): seconds
            }
        }

        /// The value of the `action` label and member.
        public var word: String {
            switch self {
            case .delete: "delete"
            case .expire: "expire"
            }
        }
    }

    public var action = Action.delete
    /// The shortest silence of an owner before a removal.
    public var graceSeconds = 900.0
    /// The longest silence that a node's own rhythm can require, which is five times its longest interval between
    /// heartbeats.
    public var maxSilenceSeconds = 21_600.0
    /// The reasons for which orphans may be removed. ``OrphanReason/ownerDenies`` is never one of them.
    public var reasons: Set<OrphanReason> = [.ownerDead, .ownerRestarted]
    /// The rate of removals, in keys a second.
    public var maxKeysPerSecond = 500.0
    /// The share of dead nodes above which broken heartbeats are more likely than dead nodes.
    public var maxDeadFraction = 0.5
    /// The time without removals after Redis restarted, failed over or loaded its data.
    public var settleSeconds = 60.0
    /// What is kept of removed sessions, so that they can be restored; nil for nothing.
    public var undo: Undo? = Undo()

    /// The store of removed sessions.
    public struct Undo: Sendable, Equatable {
        /// The time for which a removed session can be restored.
        public var seconds = 86_400.0
        /// The room for keys, values and about 100 bytes that Redis needs for each. Without room the oldest go.
        public var maxBytes = 64 << 20

        public init() {}
    }

    public init() {}

    /// The largest number of keys in one step on the server, which bounds the wait of other clients.
    public static let batchKeys = 100
    /// The number of keys in a step that delays hardly anybody. It is used as long as it makes no more than
    /// `stepsPerSecond` steps.
    static let fewKeys = 20
    static let stepsPerSecond = 1000.0
    /// The length of a burst. Steps follow each other at once for this time's quota of keys, and then pause, since a
    /// server that has just done such a step does the next one several times as fast.
    public static let burstSeconds = 0.2
    /// A step that takes this many times as long as the quickest one before it is slow: the server has other clients to
    /// serve.
    static let slowFactor = 3.0
    /// The share of the time that slow steps may take.
    static let slowShare = 0.1
    /// The largest difference between Redis' clock and the daemon's.
    public var maxSkewSeconds: Double { min(30, max(graceSeconds / 4, 1)) }
    /// The number of longest heartbeat intervals for which an owner must be silent.
    public static let silentIntervals = 5.0
    /// The time within which a judgement must reach Redis.
    public static let judgedSeconds = 2.0
    /// A difference up to this is no sign of a clock that was set back, since each master of a cluster has its own
    /// clock.
    public static let clockSlackSeconds = 1.0
    /// A session that expires later than judged by at least this was renewed in between.
    public static let renewedSeconds = 1.0
    /// No setting needs anything older than this.
    static let longestSilenceSeconds = 30 * 86_400.0
    /// Nodes that have been dead for longer no longer count among those dead at once.
    public static let deadAtOnceSeconds = 86_400.0
}
