/// Where misroute events come from.
public struct EventSettings: Sendable, Equatable {
    /// A Redis stream, read by a consumer group; no key, no stream.
    public struct Stream: Sendable, Equatable {
        public var key = ""
        public var group = "mcp-sessiond"

        public init() {}
    }

    public var files: [EventFile] = []
    /// Formats of one's own, tried before the built-in ones.
    public var rules: [EventRule] = []
    public var stream = Stream()
    /// Whether events may be pushed over HTTP.
    public var http = false
    /// Where committed offsets are kept.
    public var stateDirectory = "/var/lib/mcp-sessiond"

    public init() {}

    /// Whether anybody tells of requests.
    public var hasSource: Bool { !files.isEmpty || !stream.key.isEmpty || http }
}

/// Log files to follow.
public struct EventFile: Sendable, Equatable, CustomStringConvertible {
    /// The path that stands for standard input.
    public static let standardInput = "-"

    /// Absolute, may be a glob; or `-`.
    public var path: String
    /// The node that writes them; empty where the lines say so themselves.
    public var node = ""
    /// `auto`, or the name of one format.
    public var format = "auto"

    public init(path: String) {
        self.path = path
    }

    public var description: String {
        "{path: \(path)\(node.isEmpty ? "" : ", node: \(node)"), format: \(format)}"
    }
}
