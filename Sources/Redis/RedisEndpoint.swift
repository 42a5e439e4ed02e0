/// Where a Redis server listens, and who we say we are. Neither its description nor its mirror shows the password.
public struct RedisEndpoint: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    public enum Transport: Sendable, Equatable {
        case tcp(host: String, port: UInt16)
        case unix(path: String)
    }

    public var transport: Transport
    public var database: Int
    /// Empty for the default user.
    public var username: String
    /// Empty for none.
    public var password: String
    /// Nil for a connection that is not encrypted.
    public var tls: RedisTLS?

    public init(
        _ transport: Transport, database: Int = 0, username: String = "", password: String = "", tls: RedisTLS? = nil
    ) {
        self.transport = transport
        self.database = database
        self.username = username
        self.password = password
        self.tls = tls
    }

    /// `127.0.0.1:6379/0`, `[::1]:6379/0` or `/run/redis.sock/0`: for logs and errors.
    public var description: String { "\(address)/\(database)" }

    /// The description without the database.
    public var address: String {
        switch transport {
        case .tcp(let host, let port): "\(host.contains(":") ? "[\(host)]" : host):\(port)"
        case .unix(let path): path
        }
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension RedisEndpoint {
    mutating func setCredentials(username: String, password: String) {
        self.username = username
        self.password = password
    }

    /// Does nothing to a unix socket, which has neither a name to check nor a network to be overheard on.
    mutating func setTLS(_ tls: RedisTLS) {
        if case .tcp = transport { self.tls = tls }
    }
}
