/// The pair of a node and one boot of it, as sessions name it.
public struct SessionOwner: Sendable, Hashable {
    public var node: String
    /// Nil where the sessions name none.
    public var boot: Boot?

    public init(node: String, boot: Boot?) {
        self.node = node
        self.boot = boot
    }

    /// The same for all ways to write the boot.
    var canonical: CanonicalOwner { CanonicalOwner(node: node, boot: boot?.canonical) }
}

/// The boot that alone is believed to beat under a node's name.
public struct SoleBoot: Sendable, Hashable {
    public var node: String
    public var boot: Boot
}

/// A ``SessionOwner`` by what its boot means.
struct CanonicalOwner: Sendable, Hashable {
    var node: String
    var boot: String?
}
