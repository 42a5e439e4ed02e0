/// The log files that one path or glob names.
public struct EventFile: Sendable, Equatable, CustomStringConvertible {
    /// The path that stands for standard input.
    public static let standardInput = "-"

    /// An absolute path, possibly a glob; or `-`.
    public var path: String
    /// The node that writes them; empty if the lines name it.
    public var node = ""
    /// `auto`, or the name of one format.
    public var format = "auto"
    /// The headers that the log keeps.
    public var keeps: [KeptHeader] = []

    private var keepsText: String {
        keeps.isEmpty ? "" : ", keeps: [\(keeps.map(\.rawValue).joined(separator: ", "))]"
    }

    public init(path: String) {
        self.path = path
    }

    public var description: String {
        "{path: \(path)\(node.isEmpty ? "" : ", node: \(node)"), format: \(format)\(keepsText)}"
    }
}
