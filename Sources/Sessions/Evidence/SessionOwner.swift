/// A node and one boot of it, as sessions name it.
public struct SessionOwner: Sendable, Hashable {
    public var node: String
    /// Nil if the sessions name no boot.
    public var boot: Boot?

    public init(node: String, boot: Boot?) {
        self.node = node
        self.boot = boot
    }

    /// The same value for all spellings of the boot.
    var canonical: CanonicalOwner { CanonicalOwner(node: node, boot: boot?.canonical) }
}

/// The boot that is believed to be the only one with heartbeats under a node's name.
public struct SoleBoot: Sendable, Hashable {
    public var node: String
    public var boot: Boot
}

/// A ``SessionOwner`` with its canonical boot.
struct CanonicalOwner: Sendable, Hashable {
    var node: String
    var boot: String?
}
