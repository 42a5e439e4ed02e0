import Redis

/// The facts that `INFO` gives about the server that holds the registry.
public struct ServerInfo: Sendable, Equatable {
    public var version = ""
    /// The name of one run of one server.
    public var runID = ""
    public var role = ""
    public var maxmemoryPolicy = ""
    /// The limit in bytes; 0 for none.
    public var maxmemory = 0
    public var evictedKeys = 0
    public var isLoading = false
    public var uptimeSeconds = 0.0

    /// Reads `name:value` lines.
    public init(info text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: ":", maxSplits: 1)
            guard words.count == 2 else { continue }
            let value = String(words[1])
            switch words[0] {
            case "redis_version": if version.isEmpty { version = value }
            case "valkey_version": version = value
            case "run_id": runID = value
            case "role": role = value
            case "maxmemory_policy": maxmemoryPolicy = value
            case "maxmemory": maxmemory = Int(value) ?? 0
            case "evicted_keys": evictedKeys = Int(value) ?? 0
            case "uptime_in_seconds": uptimeSeconds = Double(value) ?? 0
            case "loading": isLoading = value == "1"
            default: break
            }
        }
    }

    /// True if the server may drop sessions when it runs out of memory.
    public var evicts: Bool { maxmemory > 0 && maxmemoryPolicy != "noeviction" }

    public static func read(over redis: inout some KeyedCommands & ~Copyable) throws(RedisError) -> ServerInfo {
        ServerInfo(info: try redis.answer(to: ["INFO"]).text ?? "")
    }
}
