/// A dialect that is described in the configuration.
public struct CustomDialect: Sendable, Equatable {
    /// The content of a session's value.
    public enum Values: String, Sendable, CaseIterable {
        /// A JSON object or a hash.
        case object
        /// Nothing of interest.
        case none
    }

    /// The names to look for each field under; nil for the native names.
    public struct Fields: Sendable, Equatable {
        public var node: [String]?
        public var boot: [String]?
        public var createdAt: [String]?
        public var lastSeen: [String]?
        public var client: [String]?
    }

    public var name: String
    /// The part of `session_key` before `{id}`.
    public var sessionPrefix: String
    public var values = Values.object
    /// The part of `node_key` before `{node}`; nil if nodes write no heartbeat.
    public var nodePrefix: String?
    public var fields = Fields()
    /// True if any node can rebuild a session.
    public var isAdoptable = false
}
