extension RedisDeployment {
    /// One of the servers that hold data, or how they are reached.
    private var access: (username: String, password: String, usesTLS: Bool) {
        switch self {
        case .server(let endpoint): (endpoint.username, endpoint.password, endpoint.tls != nil)
        case .sentinel(let sentinels): (sentinels.username, sentinels.password, sentinels.tls != nil)
        case .cluster(let seeds):
            (seeds.first?.username ?? "", seeds.first?.password ?? "", seeds.first?.tls != nil)
        }
    }

    /// Who we say we are; empty for the default user.
    public var username: String { access.username }
    /// Empty for none.
    public var password: String { access.password }
    /// Whether its URL asks for encryption.
    public var usesTLS: Bool { access.usesTLS }
}
