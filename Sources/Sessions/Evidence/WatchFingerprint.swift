import Digests

/// The identity of what an instance watches, in 16 hexadecimal digits: the database, and how sessions and heartbeats
/// are found and read.
///
/// Two instances may use each other's evidence only if their fingerprints are equal. The address of Redis and other
/// settings do not count, so that evidence survives a failover and a move to another host.
public struct WatchFingerprint: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ dialects: [Dialect], database: Int) {
        var words = ["database", String(database)]
        for dialect in dialects { words += Self.words(dialect) }
        // Each word carries its length, so that no two lists of words make the same text.
        let text = words.map { "\($0.utf8.count):\($0)" }.joined()
        let digits = String(SHA256().prefix64(Array(text.utf8).span), radix: 16)
        description = String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func words(_ dialect: Dialect) -> [String] {
        let (keys, fields) = (dialect, dialect.fields)
        let patterns = [
            keys.sessions.prefix, keys.owners?.prefix ?? "-", keys.nodes?.prefix ?? "-", keys.nodesCollection ?? "-",
        ]
        let lists = [
            fields.node, fields.boot, fields.createdAt, fields.lastSeen, fields.client, fields.startedAt, fields.seenAt,
            fields.url, fields.sessions, fields.version, fields.state,
        ]
        return ["dialect"] + patterns + [keys.values == .fields ? "fields" : "none", String(keys.isAdoptable)]
            + lists.flatMap { [String($0.count)] + $0 }
    }
}
