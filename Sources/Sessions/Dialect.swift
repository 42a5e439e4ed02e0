/// The way in which one family of servers writes its sessions and heartbeats to Redis. It is data, so a new dialect
/// takes a few lines.
public struct Dialect: Sendable, Equatable {
    /// The keys that hold one thing each: a literal prefix, and then the id or node name up to the key's end.
    public struct KeyPattern: Sendable, Equatable {
        public var prefix: String

        public init(prefix: String) {
            self.prefix = prefix
        }
    }

    /// The content of a session's value.
    public enum Values: Sendable, Equatable {
        /// A JSON object (string key) or a hash with the fields below, or a bare marker.
        case fields
        /// Nothing of interest. Only the key's existence counts, and the value is not read.
        case none
    }

    /// The names under which each field is searched for. The first one found wins.
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
        public var group = ["group"]

        public init() {}
    }

    public var name: String
    public var sessions: KeyPattern
    public var values: Values
    /// The keys that hold the owner of a session if the session's own value does not: a prefix, then the session's id.
    public var owners: KeyPattern?
    public var nodes: KeyPattern?
    /// A key that holds all heartbeats: a hash `node -> json` or a sorted set `node -> seen_at`.
    public var nodesCollection: String?
    public var fields: Fields
    /// True if any node can rebuild a session. A dead owner makes no orphan then.
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
    /// The format that nodes should write: `docs/what-nodes-write.md`.
    public static let native = Dialect(
        name: "native", sessions: KeyPattern(prefix: "mcp:session:"), nodes: KeyPattern(prefix: "mcp:node:"),
        nodesCollection: "mcp:nodes")

    /// A key whose existence is all that counts. Every session is registered without a known owner.
    public static let bare = Dialect(
        name: "bare", sessions: KeyPattern(prefix: "mcp:session:"), values: .none)

    /// IBM's mcp-context-forge: `mcp:session:{id}` = "1", `mcpgw:pool_owner:{id}` = `host:pid`, and while a worker is
    /// alive `mcpgw:worker_heartbeat:{host:pid}` = "alive" (written every 10 s with a TTL of 30 s). A worker that
    /// restarts has another pid.
    public static let contextforge = Dialect(
        name: "contextforge", sessions: KeyPattern(prefix: "mcp:session:"), values: .none,
        owners: KeyPattern(prefix: "mcpgw:pool_owner:"), nodes: KeyPattern(prefix: "mcpgw:worker_heartbeat:"))

    public static let builtin = [native, bare, contextforge]
}
