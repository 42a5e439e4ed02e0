extension RedisDeployment {
    static let schemes = [
        "redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster",
    ]
    static let sentinelPort: UInt16 = 26379
    /// The number of hosts in one URL.
    static let hostLimit = 64
    /// The length of a primary's name in bytes.
    static let masterNameLimit = 255

    /// Parses the forms of ``RedisEndpoint/init(url:)`` and, with the same user info in front,
    /// `redis+sentinel://h1[:26379],h2/mymaster[/db][?options]` and `redis+cluster://h1:7000,h2:7000`; `rediss` in
    /// place of `redis` means TLS. User and password are for the data servers; `sentinel_auth=true` uses them for the
    /// sentinels too, and `sentinel_tls=false` leaves connections to sentinels unencrypted. Throws
    /// ``RedisError/invalidURL(_:)``, whose text contains no part of the user info.
    public init(url: String) throws(RedisError) {
        let parts = try RedisEndpoint.URLParts(url, schemes: Self.schemes)
        switch parts.scheme {
        case "redis+sentinel", "rediss+sentinel": self = .sentinel(try RedisSentinels(parts))
        case "redis+cluster", "rediss+cluster": self = .cluster(try Self.seeds(parts))
        default: self = .server(try RedisEndpoint(parts))
        }
    }

    private static func seeds(_ parts: RedisEndpoint.URLParts) throws(RedisError) -> [RedisEndpoint] {
        guard parts.query.isEmpty else { throw .invalidURL("a cluster's hosts cannot be followed by ?") }
        guard parts.path.isEmpty || parts.path == ["0"] else {
            throw .invalidURL("a cluster has only one database: only /0 may follow its hosts")
        }
        return try parts.hosts(defaultPort: RedisEndpoint.defaultPort).map { host in
            RedisEndpoint(host, username: parts.username, password: parts.password, tls: parts.tls)
        }
    }
}

extension RedisSentinels {
    fileprivate init(_ parts: RedisEndpoint.URLParts) throws(RedisError) {
        guard let encodedName = parts.path.first, parts.path.count <= 2 else {
            throw .invalidURL("the hosts of sentinels are followed by the primary's name: /mymaster or /mymaster/0")
        }
        let name = try RedisEndpoint.URLParts.percentDecoded(encodedName)
        guard !name.isEmpty, name.utf8.count <= RedisDeployment.masterNameLimit,
            name.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else {
            throw .invalidURL("the primary's name is empty, too long, or has unprintable characters")
        }
        let options = try SentinelOptions(parts)
        self.init(
            sentinels: try parts.hosts(defaultPort: RedisDeployment.sentinelPort).map { host in
                RedisEndpoint(
                    host, username: options.auth ? parts.username : "", password: options.auth ? parts.password : "",
                    tls: options.tls ? parts.tls : nil)
            }, masterName: name,
            database: parts.path.count > 1 ? try RedisEndpoint.URLParts.database(parts.path[1]) : 0,
            username: parts.username, password: parts.password, tls: parts.tls,
            authenticatesToSentinels: options.auth, encryptsSentinels: options.tls)
    }
}

/// The options after the primary's name: `?sentinel_auth=true&sentinel_tls=false`.
private struct SentinelOptions {
    private(set) var auth = false
    private(set) var tls = true

    private static let form = "sentinel_auth=true and sentinel_tls=false"

    init(_ parts: RedisEndpoint.URLParts) throws(RedisError) {
        guard !parts.query.isEmpty else { return }
        var given: Set<Substring> = []
        for option in parts.query.split(separator: "&", omittingEmptySubsequences: false) {
            let words = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard words.count == 2, given.insert(words[0]).inserted, let isOn = Self.flags[words[1]] else {
                throw .invalidURL("only \(Self.form) may follow the primary's name, each once")
            }
            switch words[0] {
            case "sentinel_auth": auth = isOn
            case "sentinel_tls": tls = isOn
            default: throw .invalidURL("only \(Self.form) may follow the primary's name")
            }
        }
        guard parts.tls != nil || !tls || !given.contains("sentinel_tls") else {
            throw .invalidURL("sentinel_tls=true requires rediss+sentinel://")
        }
    }

    private static let flags: [Substring: Bool] = ["0": false, "false": false, "1": true, "true": true]
}
