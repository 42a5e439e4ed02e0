/// The fact that an owner was seen alive: under a heartbeat key that we watch, by an instance with our fingerprint.
///
/// Kept in Redis, and true for ever: it survives restarts, failovers and hosts. Of how long the owner has been silent it
/// says nothing that a removal may rest on.
public struct KnownOwner: Sendable, Equatable {
    public var owner: SessionOwner
    /// The dialects under whose heartbeat keys it was seen, by their places in the configuration.
    public var dialects: Set<Int> = []
    public var startedAt: UnixTime?
    /// As the proxy is configured with it: so that log lines are still understood as that node's.
    public var url: String?
    /// What its last heartbeat said of its time, so that the same heartbeat is known again.
    public var seenAt: UnixTime?
    /// Redis' time of its last heartbeat; nil where somebody vouches for an owner that was never seen.
    public var lastHeartbeatAt: UnixTime?
    /// For how long it had been silent when this was written. For people and pages, not for removals.
    public var silentSeconds = 0.0
    /// By Redis' clock.
    public var intervals = LongestInterval()
    /// The longest that its heartbeat's key had to live.
    public var lifetimeSeconds: Double?
    /// Set where a person says that it is gone.
    public var attestation: Attestation?

    public init(_ owner: SessionOwner) {
        self.owner = owner
    }

    /// Takes in what another instance knows of the same owner.
    mutating func merge(_ other: KnownOwner) {
        dialects.formUnion(other.dialects)
        intervals.merge(other.intervals)
        lifetimeSeconds = [lifetimeSeconds, other.lifetimeSeconds].compactMap(\.self).max()
        attestation = [attestation, other.attestation].compactMap(\.self).max { $0.at < $1.at }
        // Whoever was seen alive since is not gone, whatever was said.
        if let at = attestation?.at, let seen = [lastHeartbeatAt, other.lastHeartbeatAt].compactMap(\.self).max(),
            seen >= at
        {
            attestation = nil
        }
        guard let theirs = other.lastHeartbeatAt, lastHeartbeatAt.map({ $0 < theirs }) ?? true else { return }
        (lastHeartbeatAt, startedAt, seenAt, url) = (theirs, other.startedAt, other.seenAt, other.url ?? url)
        silentSeconds = other.silentSeconds
    }
}

/// What a person said of an owner that no instance ever saw alive: `cleanup attest`.
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
