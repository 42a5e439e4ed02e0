/// The content of one heartbeat. A bare marker has no fields and says only that the node is alive.
public struct Heartbeat: Sendable, Equatable {
    public var boot: Boot?
    public var startedAt: UnixTime?
    public var seenAt: UnixTime?
    /// The node's URL as it stands in the proxy's configuration.
    public var url: String?
    /// The number of sessions that the node says it holds.
    public var sessions: Int?
    public var version: String?
    public var isDraining = false
    /// The workload that the node says it belongs to.
    public var group: String?
    /// The reason why the value cannot be read. The node is alive, but nothing else is known of it.
    public var malformation: Malformation?

    public static let marker = Heartbeat()

    public init() {}

    public init(seenAt: UnixTime) {
        self.seenAt = seenAt
    }

    init(malformation: Malformation) {
        self.malformation = malformation
    }
}
