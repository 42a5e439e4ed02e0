/// The content of one session's value: its owner, its times and its client. The names are in ``RecordNames``.
public struct SessionValue: Sendable, Equatable {
    /// 0 if no owner is known.
    public var owner: RecordNames.Place = 0
    public var createdAt: UnixTime?
    public var lastSeen: UnixTime?
    /// The client, such as `claude-code 2.1.0`; 0 if unknown.
    public var client: RecordNames.Place = 0

    /// A session of which only the existence is known.
    public static let marker = SessionValue()

    public init() {}
}

/// The node and boot that hold a session's transport, as its record names them.
public struct OwnerName: Sendable, Hashable {
    public var node: [UInt8]
    public var boot: [UInt8]?

    public init(node: [UInt8], boot: [UInt8]?) {
        self.node = node
        self.boot = boot
    }
}
