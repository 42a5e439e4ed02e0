/// The owner that a line names: a node, a boot, or both.
public struct LogOwner: Sendable, Equatable {
    public var node: String?
    public var boot: String?

    public init(node: String? = nil, boot: String? = nil) {
        self.node = node
        self.boot = boot
    }

    /// The node if it is known, else the boot.
    public var name: String? { node ?? boot }
}
