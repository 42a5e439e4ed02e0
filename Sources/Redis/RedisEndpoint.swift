import Sockets

/// Where a Redis server listens, and who we say we are. Neither its description nor its mirror shows the password.
public struct RedisEndpoint: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    public var transport: SocketAddress
    public var database: Int
    /// Empty for the default user.
    public var username: String
    /// Empty for none.
    public var password: String
    /// Nil for a connection that is not encrypted.
    public var tls: ClientTLS?

    public init(
        _ transport: SocketAddress, database: Int = 0, username: String = "", password: String = "",
        tls: ClientTLS? = nil
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
    public var address: String { transport.description }

    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension RedisEndpoint {
    mutating func setCredentials(username: String, password: String) {
        self.username = username
        self.password = password
    }

    /// Does nothing to a unix socket, which has neither a name to check nor a network to be overheard on.
    mutating func setTLS(_ tls: ClientTLS) {
        if case .tcp = transport { self.tls = tls }
    }
}
