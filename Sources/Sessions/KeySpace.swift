/// The key names of all dialects in use.
public struct KeySpace: Sendable {
    /// The prefix of all keys that the daemon itself writes.
    public static let ourPrefix = "mcp:sessiond:"
    /// The prefix of keys that the daemon writes only to see them come back through tracking.
    public static let canaryPrefix = ourPrefix + "canary:"
    private static let ourPrefixBytes = Array(ourPrefix.utf8)

    /// A prefix and its dialect.
    private struct Prefix {
        let bytes: [UInt8]
        let dialect: Int
    }

    public let dialects: [Dialect]
    /// The prefixes, the longest first, so that the more specific dialect gets a key. Equal lengths stay in configured
    /// order.
    private let sessions: [Prefix]
    private let nodes: [Prefix]
    private let owners: [Prefix]
    private let collections: [Prefix]
    private let deniedSuffixes: [[UInt8]]
    /// True if a session prefix is so short that the daemon's own keys also begin with it.
    private let holdsOurKeys: Bool
    /// The dialect whose keys name the owner if a session's value names none, by the session's dialect.
    private let ownerDialects: [Int?]

    public init(dialects: [Dialect], deniedSuffixes: [String]) {
        func prefixes(_ text: (Dialect) -> String?) -> [Prefix] {
            let all = dialects.enumerated().compactMap { position, dialect in
                text(dialect).map { Prefix(bytes: Array($0.utf8), dialect: position) }
            }
            return all.sorted { $0.bytes.count > $1.bytes.count }
        }
        self.dialects = dialects
        // If dialects share a prefix, the one that reads values gets the sessions. A marker is also a marker to it.
        let byValues = prefixes { $0.values == .fields ? $0.sessions.prefix : nil }
        let others = prefixes { $0.values == .fields ? nil : $0.sessions.prefix }
        sessions = (byValues + others).sorted { $0.bytes.count > $1.bytes.count }
        nodes = prefixes { $0.nodes?.prefix }
        owners = prefixes { $0.owners?.prefix }
        collections = prefixes(\.nodesCollection)
        holdsOurKeys = dialects.contains { Self.ourPrefix.hasPrefix($0.sessions.prefix) }
        self.deniedSuffixes = deniedSuffixes.map { Array($0.utf8) }
        ownerDialects = dialects.map { dialect in
            dialects.firstIndex { $0.owners != nil && $0.sessions == dialect.sessions }
        }
    }

    /// The kind of a key, by its name alone.
    public enum Kind: Sendable, Equatable {
        /// A session of the dialect at this position. Its id begins at `idStart`.
        case session(dialect: Int, idStart: Int)
        /// A key of its own that names the owner of a session.
        case owner(dialect: Int, idStart: Int)
        case node(dialect: Int, nameStart: Int)
        case nodesCollection(dialect: Int)
        /// Under a session prefix, but with a denied suffix.
        case deniedSuffix
        case foreign
    }

    public func kind(of key: Span<UInt8>) -> Kind {
        if holdsOurKeys, key.begins(with: Self.ourPrefixBytes) { return .foreign }
        for prefix in sessions where key.begins(with: prefix.bytes) {
            for suffix in deniedSuffixes where key.count > prefix.bytes.count + suffix.count && key.ends(with: suffix) {
                return .deniedSuffix
            }
            return .session(dialect: prefix.dialect, idStart: prefix.bytes.count)
        }
        for prefix in nodes where key.count > prefix.bytes.count && key.begins(with: prefix.bytes) {
            return .node(dialect: prefix.dialect, nameStart: prefix.bytes.count)
        }
        for prefix in owners where key.begins(with: prefix.bytes) {
            return .owner(dialect: prefix.dialect, idStart: prefix.bytes.count)
        }
        for name in collections where key.equals(name.bytes) { return .nodesCollection(dialect: name.dialect) }
        return .foreign
    }

    /// Returns the dialect whose ``Dialect/owners`` keys name the owner of a session of this dialect, if its value
    /// names none.
    public func ownerDialect(of dialect: Int) -> Int? { ownerDialects[dialect] }

    /// Returns the key of a session.
    public func sessionKey(_ id: SessionID, dialect: Int) -> [UInt8] {
        Array(dialects[dialect].sessions.prefix.utf8) + id.bytes
    }

    /// Returns the key of the session whose owner this key names, such as `mcpgw:pool_owner:{id}`, whose id begins at
    /// `idStart`.
    public func sessionKey(ofOwner key: Span<UInt8>, dialect: Int, idStart: Int) -> [UInt8] {
        Array(dialects[dialect].sessions.prefix.utf8) + key.extracting(idStart..<key.count).copied()
    }
}

// MARK: - Patterns

extension KeySpace {
    /// A `MATCH` pattern that fits all keys of interest: the common part of their prefixes, escaped, and a star. So one
    /// scan reads sessions and heartbeats.
    public var scanPattern: String {
        let names = (sessions + nodes + collections).map(\.bytes)
        var shared = names.first ?? []
        for name in names {
            while !name.starts(with: shared) { shared.removeLast() }
        }
        // Half a character would become another one, which no key has.
        while let last = shared.last, last >= 0x80 { shared.removeLast() }
        return Self.escapedForMatch(shared) + "*"
    }

    /// The prefixes of all keys whose changes matter, including the canaries'. None is a prefix of another, since Redis
    /// refuses overlapping prefixes.
    public var trackedPrefixes: [String] {
        let all =
            [Self.canaryPrefix]
            + dialects.flatMap {
                [$0.sessions.prefix, $0.owners?.prefix, $0.nodes?.prefix, $0.nodesCollection].compactMap { $0 }
            }
        return Set(all).filter { prefix in !all.contains { $0 != prefix && prefix.hasPrefix($0) } }.sorted()
    }

    /// Puts a backslash before each byte that has a meaning in a Redis glob.
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
