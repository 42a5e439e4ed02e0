/// The silence, as one instance measured it, of owners whose sessions may have to be removed. It is for other instances
/// that watch the same.
///
/// An instance may build on it (``OwnerEvidence/adopt(_:)``) only if it has the same fingerprint, reads the same
/// history of Redis, and has seen the report be renewed: then its author was observing a moment ago.
public struct SilenceReport: Sendable, Equatable {
    public struct Owner: Sendable, Equatable {
        public var boot: Boot?
        public var silentSeconds: Double
        /// True if its author heard it in this observation. Otherwise the silence is counted from the start of the
        /// observation.
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
        /// Sessions that were renewed recently.
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

    /// The largest numbers of nodes and of renewed sessions in one report. A node that does not fit is left out.
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
    /// Builds on what another instance measured. What was heard here since stays.
    mutating func adopt(_ report: SilenceReport, owner: (SessionRef) -> UInt32?) {
        guard let history, history.isSameRun(as: report.history) else { return }
        for other in report.nodes {
            var node = nodes[other.name] ?? ObservedNode()
            node.adopt(other)
            nodes[other.name] = node
            for ref in other.renewed {
                if let owner = owner(ref) { _ = renewals.note(ref, owner: owner, at: observedSeconds) }
            }
        }
    }

    /// Takes what another instance heard, for example in logs that are not read here.
    mutating func limit(by report: SilenceReport) {
        for other in report.nodes { nodes[other.name]?.limit(by: other) }
    }
}
