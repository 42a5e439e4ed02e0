/// What is kept of a node in Redis, so that a daemon that starts after its death knows that it lived: `owner_dead`, and not
/// `owner_unknown`.
public struct RecalledNode: Sendable, Equatable {
    public var name: String
    public var boot: String?
    public var startedAt: UnixTime?
    /// What its last heartbeat said of that itself, so that the same one is known again.
    public var seenAt: UnixTime?
    /// When it last gave a sign of life.
    public var lastBeat: UnixTime
    /// For how long it had been silent, as observed, when this was written.
    public var silentSeconds: Double

    public init(
        name: String, boot: String?, startedAt: UnixTime?, seenAt: UnixTime?, lastBeat: UnixTime, silentSeconds: Double
    ) {
        self.name = name
        self.boot = boot
        self.startedAt = startedAt
        self.seenAt = seenAt
        self.lastBeat = lastBeat
        self.silentSeconds = silentSeconds
    }
}
