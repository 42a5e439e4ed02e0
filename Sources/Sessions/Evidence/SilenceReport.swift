/// How long one instance has heard nothing of owners whose sessions may have to go, for others that watch the same.
///
/// It may be built on (``OwnerEvidence/adopt(_:)``) only by whoever has our fingerprint, reads the same history of Redis,
/// and has seen the report be renewed: then its author was observing a moment ago.
public struct SilenceReport: Sendable, Equatable {
    public struct Owner: Sendable, Equatable {
        public var boot: Boot?
        public var silentSeconds: Double
        /// Whether its author heard it in this observation; else the silence is counted from when it began.
        public var wasHeard: Bool

        public init(boot: Boot?, silentSeconds: Double, wasHeard: Bool) {
            self.boot = boot
            self.silentSeconds = silentSeconds
            self.wasHeard = wasHeard
        }
    }

    public struct Node: Sendable, Equatable {
        public var name: String
        public var owners: [Owner]
        public var soleBoot: Boot?
        public var soleSeconds: Double
        public var isShared: Bool
        /// Sessions that were renewed lately.
        public var renewed: [SessionRef]

        public init(
            name: String, owners: [Owner], soleBoot: Boot?, soleSeconds: Double, isShared: Bool, renewed: [SessionRef]
        ) {
            self.name = name
            self.owners = owners
            self.soleBoot = soleBoot
            self.soleSeconds = soleSeconds
            self.isShared = isShared
            self.renewed = renewed
        }
    }

    /// Nodes and renewed sessions told of at most; a node that finds no room is not told of.
    public static let nodeLimit = 1_000
    public static let renewalLimit = 1_000

    public var fingerprint: WatchFingerprint
    public var history: RedisHistory
    public var nodes: [Node]

    public init(fingerprint: WatchFingerprint, history: RedisHistory, nodes: [Node]) {
        self.fingerprint = fingerprint
        self.history = history
        self.nodes = nodes
    }
}

extension OwnerEvidence {
    /// Goes on with what another instance measured. What was heard here since stands.
    mutating func adopt(_ report: SilenceReport, owner: (SessionRef) -> UInt32?) {
        guard let history, history.isSameLife(as: report.history) else { return }
        for other in report.nodes {
            var node = nodes[other.name] ?? ObservedNode()
            node.adopt(other)
            nodes[other.name] = node
            for ref in other.renewed {
                if let owner = owner(ref) { _ = renewals.note(ref, owner: owner, at: observedSeconds) }
            }
        }
    }

    /// Takes in what another instance heard, by logs that are not read here for one.
    mutating func limit(by report: SilenceReport) {
        for other in report.nodes { nodes[other.name]?.limit(by: other) }
    }
}
