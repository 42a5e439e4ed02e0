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
