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
    public var nodes: KeyPattern?
    /// A key that holds all heartbeats: a hash `node -> json` or a sorted set `node -> seen_at`.
    public var nodesCollection: String?
    public var fields: Fields
    /// Whether any node can rebuild a session: then a dead owner makes no orphan.
    public var isAdoptable: Bool

    public init(
        name: String, sessions: KeyPattern, values: Values = .fields, nodes: KeyPattern? = nil,
        nodesCollection: String? = nil, fields: Fields = Fields(), isAdoptable: Bool = false
    ) {
        self.name = name
        self.sessions = sessions
        self.values = values
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

    public static let builtin = [native, bare]
}

/// What a key is by its name alone.
public enum KeyKind: Sendable, Equatable {
    /// A session of the dialect at this position; its id begins at `idStart`.
    case session(dialect: Int, idStart: Int)
    case node(dialect: Int, nameStart: Int)
    case nodesCollection(dialect: Int)
    /// Under a session prefix, but ending in a denied suffix.
    case deniedSuffix
    case foreign
}

/// The key names of all dialects in use.
public struct KeySpace: Sendable {
    public let dialects: [Dialect]
    private let sessionPrefixes: [[UInt8]]
    private let nodePrefixes: [[UInt8]?]
    private let collections: [[UInt8]?]
    private let deniedSuffixes: [[UInt8]]

    public init(dialects: [Dialect], deniedSuffixes: [String]) {
        self.dialects = dialects
        sessionPrefixes = dialects.map { Array($0.sessions.prefix.utf8) }
        nodePrefixes = dialects.map { $0.nodes.map { Array($0.prefix.utf8) } }
        collections = dialects.map { $0.nodesCollection.map { Array($0.utf8) } }
        self.deniedSuffixes = deniedSuffixes.map { Array($0.utf8) }
    }

    public func kind(of key: Span<UInt8>) -> KeyKind {
        for dialect in dialects.indices {
            let prefix = sessionPrefixes[dialect]
            if key.begins(with: prefix) {
                for suffix in deniedSuffixes where key.count > prefix.count + suffix.count && key.ends(with: suffix) {
                    return .deniedSuffix
                }
                return .session(dialect: dialect, idStart: prefix.count)
            }
            if let prefix = nodePrefixes[dialect], key.count > prefix.count, key.begins(with: prefix) {
                return .node(dialect: dialect, nameStart: prefix.count)
            }
            if let name = collections[dialect], key.count == name.count, key.begins(with: name) {
                return .nodesCollection(dialect: dialect)
            }
        }
        return .foreign
    }

    /// A `MATCH` pattern that all keys of interest fit: what their prefixes share, escaped, and a star. One scan then
    /// reads sessions and heartbeats.
    public var scanPattern: String {
        let names = sessionPrefixes + nodePrefixes.compactMap { $0 } + collections.compactMap { $0 }
        var shared = names.first ?? []
        for name in names {
            while !name.starts(with: shared) { shared.removeLast() }
        }
        // Half a character would become another one, which no key has.
        while let last = shared.last, last >= 0x80 { shared.removeLast() }
        return Self.escapedForMatch(shared) + "*"
    }

    /// Puts a backslash before each byte that means something in a Redis glob.
    static func escapedForMatch(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        for byte in bytes {
            if [UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "\\")]
                .contains(byte)
            {
                out.append(UInt8(ascii: "\\"))
            }
            out.append(byte)
        }
        return String(decoding: out, as: UTF8.self)
    }
}

extension Span where Element == UInt8 {
    func begins(with prefix: [UInt8]) -> Bool {
        guard count >= prefix.count else { return false }
        for index in prefix.indices where self[index] != prefix[index] { return false }
        return true
    }

    func ends(with suffix: [UInt8]) -> Bool {
        guard count >= suffix.count else { return false }
        for index in suffix.indices where self[count - suffix.count + index] != suffix[index] { return false }
        return true
    }

    func equals(_ bytes: [UInt8]) -> Bool {
        count == bytes.count && begins(with: bytes)
    }

    func copied() -> [UInt8] {
        unsafe withUnsafeBufferPointer { unsafe Array($0) }
    }
}
