import Redis
import Sessions

extension WatchPlan {
    /// What the settings ask for, as far as this version does it.
    init(_ settings: Settings, environment: [String: String]) throws {
        var endpoint: RedisEndpoint
        do throws(RedisError) {
            endpoint = try RedisEndpoint(url: settings.redis.url)
        } catch {
            guard case .invalidURL(let reason) = error else { throw error }
            throw DaemonError.redisURL(reason: reason)
        }
        if !settings.redis.username.isEmpty { endpoint.username = settings.redis.username }
        if let password = try settings.redisPassword(environment: environment) { endpoint.password = password }
        if settings.redis.readFrom == .replica {
            throw DaemonError.notSupported(key: "redis.read_from", reason: "reading from replicas is not supported yet")
        }
        guard settings.redis.tls == RedisSettings.TLS() else {
            throw DaemonError.notSupported(key: "redis.tls", reason: "TLS to Redis is not supported yet")
        }
        if settings.watch.mode == .tracking {
            throw DaemonError.notSupported(key: "watch.mode", reason: "tracking is not supported yet; use auto or scan")
        }
        self.init(
            endpoint: endpoint,
            keySpace: KeySpace(
                dialects: try Self.dialects(settings.registry), deniedSuffixes: settings.registry.ignoreSuffixes),
            maxIDLength: settings.registry.maxIDLength, nodes: NodePolicy(settings.nodes),
            scanEverySeconds: settings.watch.scanEvery.inSeconds, redisShare: settings.watch.redisShare,
            firstShare: settings.watch.firstShare)
        // With room for stopping within five seconds.
        limits.connectSeconds = 2
        limits.replySeconds = 3
    }

    private static func dialects(_ settings: RegistrySettings) throws -> [Dialect] {
        var dialects: [Dialect] = []
        for name in settings.dialects {
            if let builtin = Dialect.builtin.first(where: { $0.name == name }) {
                dialects.append(builtin)
            } else if let custom = settings.customDialects.first(where: { $0.name == name }) {
                dialects.append(Dialect(custom))
            } else {
                throw DaemonError.notSupported(key: "registry.dialects", reason: "\(name) is not supported yet")
            }
        }
        return dialects
    }
}

extension NodePolicy {
    init(_ settings: NodeSettings) {
        self.init()
        deadAfterSeconds = settings.deadAfter.inSeconds
        unknownAfterSeconds = settings.unknownAfter.inSeconds
        clockSkewSeconds = settings.clockSkew.inSeconds
    }
}

extension Dialect {
    init(_ custom: CustomDialect) {
        var fields = Fields()
        if let names = custom.fields.node { fields.node = names }
        if let names = custom.fields.boot { fields.boot = names }
        if let names = custom.fields.createdAt { fields.createdAt = names }
        if let names = custom.fields.lastSeen { fields.lastSeen = names }
        if let names = custom.fields.client { fields.client = names }
        self.init(
            name: custom.name, sessions: KeyPattern(prefix: custom.sessionPrefix),
            values: custom.values == .none ? .none : .fields, nodes: custom.nodePrefix.map { KeyPattern(prefix: $0) },
            fields: fields, isAdoptable: custom.isAdoptable)
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
