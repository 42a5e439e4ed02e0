// The part of the registry that is about liveness alone.

extension Registry {
    public var policy: NodePolicy { liveness.policy }

    /// What cleanup may remove by.
    public var evidence: OwnerEvidence { liveness.evidence }

    /// Places in the configuration of the dialects whose nodes have heartbeats; empty where they need not be told apart.
    public var heartbeatDialects: Set<Int> {
        get { liveness.heartbeatDialects }
        set { liveness.heartbeatDialects = newValue }
    }

    /// Nodes that beat, or that sessions name.
    public var nodeCount: Int { liveness.nodes.count }

    /// Names of the nodes whose own heartbeat key is to be looked at: all that were ever seen or are named by a
    /// session.
    public var nodesToWatch: [String] { liveness.nodes.lazy.filter(\.hasOwnKey).map(\.name) }

    /// Heartbeats that cannot be read, by why.
    public var malformedNodes: [Malformation: Int] {
        liveness.nodes.reduce(into: [:]) { counts, node in
            if node.isAlive, let malformation = node.heartbeat?.malformation { counts[malformation, default: 0] += 1 }
        }
    }

    /// When heartbeats were last read, by Redis' clock.
    public var lastCheck: UnixTime? { liveness.lastCheck }

    /// Notes that the heartbeats could not be looked at: the view is not whole until the observer's next look.
    public mutating func noteCheckMissing() { liveness.isCheckMissing = true }

    /// Begins a look at the heartbeats: what is met from now on is not judged by it.
    public mutating func beginCheck() -> Int { liveness.beginCheck() }

    /// Takes heartbeats that were read because they had just been written: of a node whose two processes overwrite each
    /// other's, a check now and then may never meet the one.
    public mutating func hear(_ pulse: HeartbeatCheck, at now: UnixTime, seconds: Double) {
        liveness.hear(pulse, at: now, seconds: seconds)
    }

    /// Takes what was read of a node's heartbeats while they were watched closely.
    public mutating func hear(_ beats: [RawHeartbeat], of node: String, at now: UnixTime, seconds: Double) {
        liveness.hear(beats, of: node, at: now, seconds: seconds)
    }

    /// A node's heartbeats were watched closely for so long, from when that boot alone was believed to be heard.
    public mutating func noteWatchedClosely(_ sole: SoleBoot, seconds: Double) {
        liveness.evidence.nodes[sole.node]?.noteWatchedClosely(seconds, sole.boot)
    }

    /// Takes in what a look at an owner's sessions found of its heartbeats, whatever the run makes of it: one that speaks for
    /// it may be gone again at the next check.
    public mutating func hear(_ look: RecheckResult, of owner: SessionOwner) {
        if liveness.speaks(look.beats, for: owner) { noteLife(of: owner) }
    }

    /// A heartbeat for which the server refuses may have been the owner's own, and gone at the next look. That of another boot
    /// is written again and again: there the next look decides.
    public mutating func noteRefused(_ outcome: RemovalOutcome, of batch: RemovalBatch) {
        if outcome == .refused(.heartbeatChanged), batch.reason != .ownerRestarted { noteLife(of: batch.owner) }
    }

    /// A removal that the server did not answer to may have been refused for its heartbeat: the owner's silence begins anew.
    public mutating func noteLife(of owner: SessionOwner) { liveness.evidence.noteLife(of: owner) }

    /// The node with the longest interval between two heartbeats; nil where none was seen to beat twice.
    public var slowestNode: (name: String, intervalSeconds: Double)? { liveness.slowestNode }

    /// All that is known, with how nodes look now, to be kept for others.
    public var knownToKeep: [KnownOwner] { liveness.knownToKeep }

    /// Owners that became known since the last call.
    public mutating func takeNewsOfKnown() -> [KnownOwner] { liveness.evidence.takeNews() }

    /// Takes in what another instance heard.
    public mutating func limitSilence(by report: SilenceReport) { liveness.evidence.limit(by: report) }

    /// What is to be kept of an owner once a person says that it is gone; nil where there is no room for another one.
    public func attested(_ owner: SessionOwner, _ attestation: Attestation) -> KnownOwner? {
        liveness.evidence.attested(owner, attestation)
    }

    /// A person says that an owner that no instance ever saw is gone.
    public mutating func attest(_ owner: SessionOwner, _ attestation: Attestation) {
        liveness.evidence.attest(owner, attestation)
    }
}
