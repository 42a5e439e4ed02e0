// The part of the registry that concerns liveness alone.

extension Registry {
    public var policy: NodePolicy { liveness.policy }

    /// The evidence on which cleanup removes sessions.
    public var evidence: OwnerEvidence { liveness.evidence }

    /// The dialects whose nodes have heartbeats, by their places in the configuration. Empty if they need not be told
    /// apart.
    public var heartbeatDialects: Set<Int> {
        get { liveness.heartbeatDialects }
        set { liveness.heartbeatDialects = newValue }
    }

    /// The number of nodes that have heartbeats or are named by sessions.
    public var nodeCount: Int { liveness.nodes.count }

    /// The names of the nodes whose own heartbeat key must be checked: all that were ever seen or are named by a
    /// session.
    public var nodesToWatch: [String] { liveness.nodes.lazy.filter(\.hasOwnKey).map(\.name) }

    /// The names of all known nodes.
    public var nodeNames: [String] { liveness.nodes.map(\.name) }

    /// The number of heartbeats that cannot be read, by reason.
    public var malformedNodes: [Malformation: Int] {
        liveness.nodes.reduce(into: [:]) { counts, node in
            if node.isAlive, let malformation = node.heartbeat?.malformation { counts[malformation, default: 0] += 1 }
        }
    }

    /// The time at which heartbeats were last read, by Redis' clock.
    public var lastCheck: UnixTime? { liveness.lastCheck }

    /// Notes that the heartbeats could not be checked. The view is incomplete until the observer's next check.
    public mutating func noteCheckMissing() { liveness.isCheckMissing = true }

    /// Begins a check of the heartbeats. Owners met from now on are not judged by it.
    public mutating func beginCheck() -> Int { liveness.beginCheck() }

    /// Takes heartbeats that were read because they had just been written. If two processes overwrite each other's
    /// heartbeat, periodic checks might never see one of them.
    public mutating func hear(_ check: HeartbeatCheck, at now: UnixTime, seconds: Double) {
        liveness.hear(check, at: now, seconds: seconds)
    }

    /// Takes the heartbeats of a node that were read while it was watched closely.
    public mutating func hear(_ heartbeats: [RawHeartbeat], of node: String, at now: UnixTime, seconds: Double) {
        liveness.hear(heartbeats, of: node, at: now, seconds: seconds)
    }

    /// Notes that a node's heartbeats were watched closely for `seconds`, while `sole.boot` was believed to be its only
    /// boot.
    public mutating func noteWatchedClosely(_ sole: SoleBoot, seconds: Double) {
        liveness.evidence.nodes[sole.node]?.noteWatchedClosely(seconds, sole.boot)
    }

    /// Takes the heartbeats that were found when an owner's sessions were read again, whatever the run decides. One
    /// that speaks for the owner may be gone at the next check.
    public mutating func hear(_ recheck: RecheckResult, of owner: SessionOwner) {
        if liveness.speaks(recheck.heartbeats, for: owner) { noteLife(of: owner) }
    }

    /// Notes a refused removal. The heartbeat that made the server refuse may have been the owner's own, and may be
    /// gone at the next check. Another boot writes its heartbeat again and again, so there the next check decides.
    public mutating func noteRefused(_ outcome: RemovalOutcome, of batch: RemovalBatch) {
        if outcome == .refused(.heartbeatChanged), batch.reason != .ownerRestarted { noteLife(of: batch.owner) }
    }

    /// Restarts the silence of an owner. If the server did not answer to a removal, it may have refused because of the
    /// owner's heartbeat.
    public mutating func noteLife(of owner: SessionOwner) { liveness.evidence.noteLife(of: owner) }

    /// The node with the longest interval between two heartbeats. Nil if no node was seen to write two.
    public var slowestNode: (name: String, intervalSeconds: Double)? { liveness.slowestNode }

    /// All known owners, with the present state of their nodes, to be kept for other instances.
    public var knownToKeep: [KnownOwner] { liveness.knownToKeep }

    /// Returns the owners that became known since the last call.
    public mutating func takeNewsOfKnown() -> [KnownOwner] { liveness.takeNewsOfKnown() }

    /// Takes what another instance heard.
    public mutating func limitSilence(by report: SilenceReport) { liveness.evidence.limit(by: report) }

    /// The record to keep once a person has said that an owner is gone. Nil if there is no room for another owner.
    public func attested(_ owner: SessionOwner, _ attestation: Attestation) -> KnownOwner? {
        liveness.evidence.attested(owner, attestation)
    }

    /// Notes that a person says that an owner, which no instance ever saw, is gone.
    public mutating func attest(_ owner: SessionOwner, _ attestation: Attestation) {
        liveness.evidence.attest(owner, attestation)
    }
}
