extension RedisEndpoint {
    static let defaultPort: UInt16 = 6379

    /// Parses `redis://[user[:password]@]host[:port][/db]`, the same with `rediss` for TLS, or
    /// `unix://[user[:password]@]/path/to.sock[?db=n]`; user and password may be percent-encoded. Throws
    /// ``RedisError/invalidURL(_:)``, whose text contains no part of the user info.
    public init(url: String) throws(RedisError) {
        self = try RedisEndpoint(try URLParts(url, schemes: ["redis", "rediss", "unix"]))
    }

    init(_ parts: URLParts) throws(RedisError) {
        self = parts.scheme == "unix" ? try Self.unix(parts) : try Self.tcp(parts)
        username = parts.username
        password = parts.password
        tls = parts.tls
    }

    private static func tcp(_ parts: URLParts) throws(RedisError) -> RedisEndpoint {
        let hosts = try parts.hosts(defaultPort: defaultPort)
        guard hosts.count == 1 else {
            throw .invalidURL("several hosts: expected redis+sentinel:// or redis+cluster://")
        }
        // Unknown parts must not be ignored: `?db=3` would mean another database.
        guard parts.query.isEmpty, parts.path.count <= 1 else {
            throw .invalidURL("only a database number may follow the host")
        }
        let database = try parts.path.first.map { text throws(RedisError) in try URLParts.database(text) } ?? 0
        return RedisEndpoint(hosts[0], database: database)
    }

    private static func unix(_ parts: URLParts) throws(RedisError) -> RedisEndpoint {
        guard parts.place.hasPrefix("/") else { throw .invalidURL("unix:// takes an absolute path to the socket") }
        // sockaddr_un holds 108 bytes, the terminating zero included.
        guard parts.place.utf8.count < 108 else { throw .invalidURL("the socket's path is longer than 107 bytes") }
        var database = 0
        if !parts.query.isEmpty {
            guard parts.query.hasPrefix("db=") else { throw .invalidURL("only ?db=n may follow the socket's path") }
            database = try URLParts.database(parts.query.dropFirst(3))
        }
        return RedisEndpoint(.unix(path: String(parts.place)), database: database)
    }
}
