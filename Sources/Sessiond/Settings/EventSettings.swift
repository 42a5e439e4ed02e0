/// Where misroute events come from.
public struct EventSettings: Sendable, Equatable {
    /// A Redis stream, read by a consumer group; no key, no stream.
    public struct Stream: Sendable, Equatable {
        public var key = ""
        public var group = "mcp-sessiond"

        public init() {}
    }

    public var files: [EventFile] = []
    public var stream = Stream()
    /// Whether events may be pushed over HTTP.
    public var http = false
    /// Where committed offsets are kept.
    public var stateDirectory = "/var/lib/mcp-sessiond"

    public init() {}
}

/// Log files to follow.
public struct EventFile: Sendable, Equatable, CustomStringConvertible {
    /// May be a glob.
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
