import Sockets

/// The place of the registry: one server, the server that sentinels name, or a cluster. Neither its description nor its
/// mirror shows a password.
public enum RedisDeployment: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    case server(RedisEndpoint)
    case sentinel(RedisSentinels)
    /// Some of the cluster's servers, from which the others are learnt. All have the same credentials and TLS.
    case cluster([RedisEndpoint])

    /// `127.0.0.1:6379/0`, `mymaster/0 of the sentinels h1:26379, h2:26379` or `the cluster of h1:7000, h2:7000`.
    public var description: String {
        switch self {
        case .server(let endpoint): endpoint.description
        case .sentinel(let sentinels): sentinels.description
        case .cluster(let seeds): "the cluster of \(seeds.map(\.address).joined(separator: ", "))"
        }
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension RedisDeployment {
    /// Sets our credentials for every data server; also for the sentinels, if these use the same user.
    public mutating func setCredentials(username: String, password: String) {
        switch self {
        case .server(var endpoint):
            endpoint.setCredentials(username: username, password: password)
            self = .server(endpoint)
        case .sentinel(var sentinels):
            sentinels.setCredentials(username: username, password: password)
            self = .sentinel(sentinels)
        case .cluster(var seeds):
            for place in seeds.indices { seeds[place].setCredentials(username: username, password: password) }
            self = .cluster(seeds)
        }
    }

    /// Encrypts every connection except over a unix socket; connections to sentinels too, unless they are set not to
    /// be.
    public mutating func setTLS(_ tls: ClientTLS) {
        switch self {
        case .server(var endpoint):
            endpoint.setTLS(tls)
            self = .server(endpoint)
        case .sentinel(var sentinels):
            sentinels.setTLS(tls)
            self = .sentinel(sentinels)
        case .cluster(var seeds):
            for place in seeds.indices { seeds[place].setTLS(tls) }
            self = .cluster(seeds)
        }
    }
}

extension RedisDeployment {
    /// The credentials for the servers that hold data, and whether they are reached over TLS.
    private var access: (username: String, password: String, usesTLS: Bool) {
        switch self {
        case .server(let endpoint): (endpoint.username, endpoint.password, endpoint.tls != nil)
        case .sentinel(let sentinels): (sentinels.username, sentinels.password, sentinels.tls != nil)
        case .cluster(let seeds):
            (seeds.first?.username ?? "", seeds.first?.password ?? "", seeds.first?.tls != nil)
        }
    }

    /// The user name; empty for the default user.
    public var username: String { access.username }
    /// Empty if there is none.
    public var password: String { access.password }
    /// True if its URL asks for TLS.
    public var usesTLS: Bool { access.usesTLS }
}
