/// The owner that a line names: a node, one boot of it, or both.
public struct LogOwner: Sendable, Equatable {
    public var node: String?
    public var boot: String?

    public init(node: String? = nil, boot: String? = nil) {
        self.node = node
        self.boot = boot
    }

    /// The node where it is known, else the boot.
    public var name: String? { node ?? boot }
}
