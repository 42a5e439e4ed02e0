import Sockets

/// Sentinels that know which server is the primary of a name, and our credentials for that server. Neither its
/// description nor its mirror shows a password.
public struct RedisSentinels: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    /// The sentinels, with the credentials and the TLS for asking them.
    public var sentinels: [RedisEndpoint]
    public var masterName: String
    /// The database on the data servers.
    public var database: Int
    /// For the data servers; empty for the default user.
    public var username: String
    /// For the data servers; empty if there is none.
    public var password: String
    /// For the data servers.
    public var tls: ClientTLS?
    /// True if the sentinels get the servers' user and password too; otherwise they are asked without AUTH.
    public var authenticatesToSentinels: Bool
    /// True if connections to sentinels are encrypted whenever those to the data servers are.
    public var encryptsSentinels: Bool

    public init(
        sentinels: [RedisEndpoint], masterName: String, database: Int = 0, username: String = "",
        password: String = "", tls: ClientTLS? = nil, authenticatesToSentinels: Bool = false,
        encryptsSentinels: Bool = true
    ) {
        self.sentinels = sentinels
        self.masterName = masterName
        self.database = database
        self.username = username
        self.password = password
        self.tls = tls
        self.authenticatesToSentinels = authenticatesToSentinels
        self.encryptsSentinels = encryptsSentinels
    }

    /// `mymaster/0 of the sentinels h1:26379, h2:26379`.
    public var description: String {
        "\(masterName)/\(database) of the sentinels \(sentinels.map(\.address).joined(separator: ", "))"
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension RedisSentinels {
    mutating func setCredentials(username: String, password: String) {
        self.username = username
        self.password = password
        guard authenticatesToSentinels else { return }
        for place in sentinels.indices { sentinels[place].setCredentials(username: username, password: password) }
    }

    mutating func setTLS(_ tls: ClientTLS) {
        self.tls = tls
        guard encryptsSentinels else { return }
        for place in sentinels.indices { sentinels[place].setTLS(tls) }
    }
}
