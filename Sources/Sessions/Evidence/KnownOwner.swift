/// The fact that an owner was seen alive, under a heartbeat key that we watch, by an instance with our fingerprint.
///
/// It is kept in Redis and stays true: it survives restarts, failovers and moves to another host. Its silence is not
/// evidence for a removal.
public struct KnownOwner: Sendable, Equatable {
    public var owner: SessionOwner
    /// The dialects under whose heartbeat keys it was seen, by their places in the configuration.
    public var dialects: Set<Int> = []
    public var startedAt: UnixTime?
    /// The node's URL as it stands in the proxy's configuration. It lets log lines still be assigned to that node.
    public var url: String?
    /// The timestamp in its last heartbeat, by which the same heartbeat is recognized.
    public var seenAt: UnixTime?
    /// The time of its last heartbeat by Redis' clock. Nil if the owner was never seen and a person attests it.
    public var lastHeartbeatAt: UnixTime?
    /// The silence at the time of writing. It is for people and pages, not for removals.
    public var silentSeconds = 0.0
    /// The reason why its node is gone, at the time of writing.
    public var departure: Departure?
    /// The node that came in its place by then.
    public var successor: String?
    /// The longest intervals, by Redis' clock.
    public var intervals = LongestInterval()
    /// The longest TTL that its heartbeat's key had.
    public var lifetimeSeconds: Double?
    /// The statement of a person that the owner is gone.
    public var attestation: Attestation?

    public init(_ owner: SessionOwner) {
        self.owner = owner
    }

    /// Takes what another instance knows of the same owner.
    mutating func merge(_ other: KnownOwner) {
        dialects.formUnion(other.dialects)
        intervals.merge(other.intervals)
        lifetimeSeconds = [lifetimeSeconds, other.lifetimeSeconds].compactMap(\.self).max()
        attestation = [attestation, other.attestation].compactMap(\.self).max { $0.at < $1.at }
        // An owner that was seen alive since is not gone, whatever a person said.
        if let at = attestation?.at, let seen = [lastHeartbeatAt, other.lastHeartbeatAt].compactMap(\.self).max(),
            seen >= at
        {
            attestation = nil
        }
        guard let theirs = other.lastHeartbeatAt, lastHeartbeatAt.map({ $0 < theirs }) ?? true else { return }
        (lastHeartbeatAt, startedAt, seenAt, url) = (theirs, other.startedAt, other.seenAt, other.url ?? url)
        (silentSeconds, departure, successor) = (other.silentSeconds, other.departure, other.successor)
    }
}

/// The statement of a person that an owner, which no instance ever saw alive, is gone: `cleanup attest`.
public struct Attestation: Sendable, Equatable {
    public var by: String
    public var why: String
    public var at: UnixTime

    public init(by: String, why: String, at: UnixTime) {
        self.by = by
        self.why = why
        self.at = at
    }
}
