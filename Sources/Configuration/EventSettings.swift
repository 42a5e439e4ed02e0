/// The settings of the event sources.
public struct EventSettings: Sendable, Equatable {
    /// A Redis stream, read by a consumer group; disabled without a key.
    public struct Stream: Sendable, Equatable {
        public var key = ""
        public var group = "mcp-sessiond"
        /// The headers that its lines keep.
        public var keeps: [KeptHeader] = []

        public init() {}
    }

    public var files: [EventFile] = []
    /// Custom formats, tried before the built-in ones.
    public var rules: [EventRule] = []
    public var stream = Stream()
    /// True if events may be pushed over HTTP.
    public var http = false
    /// The directory in which committed positions are kept.
    public var stateDirectory = "/var/lib/mcp-sessiond"

    public init() {}

    /// True if there is any source of events.
    public var hasSource: Bool { !files.isEmpty || !stream.key.isEmpty || http }
}
