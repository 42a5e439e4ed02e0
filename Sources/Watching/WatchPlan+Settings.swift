import Configuration
import Redis
import Sessions
import Sockets

extension WatchPlan {
    /// Makes a plan from the settings. Throws where this version does not support them.
    public init(_ settings: Settings, environment: [String: String]) throws {
        var deployment: RedisDeployment
        do throws(RedisError) {
            deployment = try RedisDeployment(url: settings.redis.url)
        } catch {
            guard case .invalidURL(let reason) = error else { throw error }
            throw StartupError.redisURL(reason: reason)
        }
        let password = try settings.redisPassword(environment: environment)
        let username = settings.redis.username
        deployment.setCredentials(
            username: username.isEmpty ? deployment.username : username, password: password ?? deployment.password)
        try Self.setTLS(settings.redis.tls, &deployment)
        self.init(
            deployment: deployment,
            keySpace: KeySpace(
                dialects: try Self.dialects(settings.registry), deniedSuffixes: settings.registry.ignoreSuffixes))
        if deployment.isCluster, keySpace.dialects.contains(where: { $0.owners != nil }) {
            throw StartupError.notSupported(
                key: "registry.dialects",
                reason: "a dialect whose owners stand in keys of their own cannot be read from a Redis Cluster yet")
        }
        maxIDLength = settings.registry.maxIDLength
        nodes = NodePolicy(settings.nodes)
        expectedNodes = settings.nodes.expected
        mode = settings.watch.mode
        if deployment.isCluster, settings.redis.readFrom == .replica {
            throw StartupError.notSupported(
                key: "redis.read_from", reason: "the replicas of a Redis Cluster cannot be read from yet; use primary")
        }
        readsFromReplica = settings.redis.readFrom == .replica
        scanEverySeconds = settings.watch.scanEvery.inSeconds
        reconcileEverySeconds = settings.watch.reconcileEvery.inSeconds
        redisShare = settings.watch.redisShare
        catchUpShare = settings.watch.catchUpShare
        sticky = try StickyRules(settings)
        // With room for stopping within five seconds.
        limits.connectSeconds = 2
        limits.replySeconds = 3
    }

    private static func setTLS(_ settings: RedisSettings.TLS, _ deployment: inout RedisDeployment) throws {
        guard settings != RedisSettings.TLS() else { return }
        guard deployment.usesTLS else {
            let key = settings.caFile.isEmpty ? settings.certFile.isEmpty ? "key_file" : "cert_file" : "ca_file"
            throw StartupError.notSupported(
                key: "redis.tls.\(key)", reason: "the URL's scheme is not rediss, so nothing would be encrypted")
        }
        deployment.setTLS(
            ClientTLS(caFile: settings.caFile, certFile: settings.certFile, keyFile: settings.keyFile))
    }

    private static func dialects(_ settings: RegistrySettings) throws -> [Dialect] {
        var dialects: [Dialect] = []
        for name in settings.dialects {
            if let builtin = Dialect.builtin.first(where: { $0.name == name }) {
                dialects.append(builtin)
            } else if let custom = settings.customDialects.first(where: { $0.name == name }) {
                dialects.append(Dialect(custom))
            } else {
                throw StartupError.notSupported(key: "registry.dialects", reason: "\(name) is not supported yet")
            }
        }
        return dialects
    }
}

extension WatchPlan {
    /// The identity of what is watched, which instances compare.
    public var fingerprint: WatchFingerprint {
        WatchFingerprint(keySpace.dialects, database: deployment.database)
    }

    /// The positions in the configuration of the dialects whose nodes have heartbeats.
    var heartbeatDialects: Set<Int> {
        Set(
            keySpace.dialects.indices.filter { place in
                keySpace.dialects[place].nodes != nil || keySpace.dialects[place].nodesCollection != nil
            })
    }
}

extension NodePolicy {
    public init(_ settings: NodeSettings) {
        self.init()
        deadAfterSeconds = settings.deadAfter.inSeconds
        unknownAfterSeconds = settings.unknownAfter.inSeconds
        goneAfterSeconds = settings.goneAfter.inSeconds
        forgetAfterSeconds = settings.forgetAfter.inSeconds
        maxClockSkewSeconds = settings.maxClockSkew.inSeconds
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
