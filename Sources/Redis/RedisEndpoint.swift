import Sockets

/// The address of a Redis server, and our credentials. Neither its description nor its mirror shows the password.
public struct RedisEndpoint: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    public var transport: SocketAddress
    public var database: Int
    /// Empty for the default user.
    public var username: String
    /// Empty if there is none.
    public var password: String
    /// Nil for an unencrypted connection.
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

    /// Does nothing for a unix socket, which has no name to verify and no network to be overheard on.
    mutating func setTLS(_ tls: ClientTLS) {
        if case .tcp = transport { self.tls = tls }
    }
}
