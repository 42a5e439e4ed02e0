import Redis

/// What `INFO` tells of the server that holds the registry.
struct ServerInfo: Sendable, Equatable {
    var version = ""
    var role = ""
    var maxmemoryPolicy = ""
    var evictedKeys = 0
    var isLoading = false

    /// Reads `name:value` lines.
    init(info text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: ":", maxSplits: 1)
            guard words.count == 2 else { continue }
            let value = String(words[1])
            switch words[0] {
            case "redis_version": if version.isEmpty { version = value }
            case "valkey_version": version = value
            case "role": role = value
            case "maxmemory_policy": maxmemoryPolicy = value
            case "evicted_keys": evictedKeys = Int(value) ?? 0
            case "loading": isLoading = value == "1"
            default: break
            }
        }
    }

    static func read(over connection: inout RedisConnection) throws(RedisError) -> ServerInfo {
        ServerInfo(info: try connection.command(["INFO"]).text ?? "")
    }
}
