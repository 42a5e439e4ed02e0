/// A dialect that the configuration describes.
public struct CustomDialect: Sendable, Equatable {
    /// What a session's value holds.
    public enum Values: String, Sendable, CaseIterable {
        /// A JSON object or a hash.
        case object
        /// Nothing of interest.
        case none
    }

    /// Names under which a field is looked for; nil for the native ones.
    public struct Fields: Sendable, Equatable {
        public var node: [String]?
        public var boot: [String]?
        public var createdAt: [String]?
        public var lastSeen: [String]?
        public var client: [String]?
    }

    public var name: String
    /// What stands before `{id}` in `session_key`.
    public var sessionPrefix: String
    public var values = Values.object
    /// What stands before `{node}` in `node_key`; nil where nodes write no heartbeat.
    public var nodePrefix: String?
    public var fields = Fields()
    /// Whether any node can rebuild a session.
    public var isAdoptable = false
}
