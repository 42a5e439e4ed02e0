/// How one family of servers writes its sessions and heartbeats into Redis: data, so that a new one is a few lines.
public struct Dialect: Sendable, Equatable {
    /// Which keys hold one thing each: a literal prefix, then the id or node name to the key's end.
    public struct KeyPattern: Sendable, Equatable {
        public var prefix: String

        public init(prefix: String) {
            self.prefix = prefix
        }
    }

    /// What a session's value holds.
    public enum Values: Sendable, Equatable {
        /// A JSON object (string key) or a hash with the fields below, or a bare marker.
        case fields
        /// Nothing of interest: the key's existence is all, and the value is not read.
        case none
    }

    /// Names under which a field is looked for; the first that is there wins.
    public struct Fields: Sendable, Equatable {
        public var node = ["node", "node_id"]
        public var boot = ["boot", "boot_id", "incarnation"]
        public var createdAt = ["created_at", "createdAt", "created"]
        public var lastSeen = ["last_seen", "lastSeen", "last_accessed", "updated_at"]
        public var client = ["client", "client_info", "clientInfo"]
        public var startedAt = ["started_at", "startedAt"]
        public var seenAt = ["seen_at", "seenAt"]
        public var url = ["url"]
        public var sessions = ["sessions"]
        public var version = ["version"]
        public var state = ["state"]

        public init() {}
    }

    public var name: String
    public var sessions: KeyPattern
    public var values: Values
    /// Keys that hold the owner of a session, where the session's own value does not: prefix, then the session's id.
    public var owners: KeyPattern?
    public var nodes: KeyPattern?
    /// A key that holds all heartbeats: a hash `node -> json` or a sorted set `node -> seen_at`.
    public var nodesCollection: String?
    public var fields: Fields
    /// Whether any node can rebuild a session: then a dead owner makes no orphan.
    public var isAdoptable: Bool

    public init(
        name: String, sessions: KeyPattern, values: Values = .fields, owners: KeyPattern? = nil,
        nodes: KeyPattern? = nil, nodesCollection: String? = nil, fields: Fields = Fields(), isAdoptable: Bool = false
    ) {
        self.name = name
        self.sessions = sessions
        self.values = values
        self.owners = owners
        self.nodes = nodes
        self.nodesCollection = nodesCollection
        self.fields = fields
        self.isAdoptable = isAdoptable
    }
}

extension Dialect {
    /// What nodes should write: `docs/what-nodes-write.md`.
    public static let native = Dialect(
        name: "native", sessions: KeyPattern(prefix: "mcp:session:"), nodes: KeyPattern(prefix: "mcp:node:"),
        nodesCollection: "mcp:nodes")

    /// The existence-only key: every session is registered with no known owner.
    public static let bare = Dialect(
        name: "bare", sessions: KeyPattern(prefix: "mcp:session:"), values: .none)

    /// IBM's mcp-context-forge: `mcp:session:{id}` = "1", `mcpgw:pool_owner:{id}` = `host:pid`, and while a worker lives
    /// `mcpgw:worker_heartbeat:{host:pid}` = "alive" (written each 10 s for 30 s). A worker that restarts has another pid.
    public static let contextforge = Dialect(
        name: "contextforge", sessions: KeyPattern(prefix: "mcp:session:"), values: .none,
        owners: KeyPattern(prefix: "mcpgw:pool_owner:"), nodes: KeyPattern(prefix: "mcpgw:worker_heartbeat:"))

    public static let builtin = [native, bare, contextforge]
}
