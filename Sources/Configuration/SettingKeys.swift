extension SettingKey {
    /// All keys. To add one, add a line here and a property with its default to the section's type; file, environment,
    /// flags, suggestions and `check-config` follow.
    public static let all: [SettingKey] = [
        SettingKey("redis.url", \.redis.url, .redisURL),
        SettingKey("redis.username", \.redis.username, .text),
        SettingKey("redis.password_file", \.redis.passwordFile, .text),
        SettingKey("redis.read_from", \.redis.readFrom, .choice()),
        SettingKey("redis.tls.ca_file", \.redis.tls.caFile, .text),
        SettingKey("redis.tls.cert_file", \.redis.tls.certFile, .text),
        SettingKey("redis.tls.key_file", \.redis.tls.keyFile, .text),

        SettingKey("registry.dialects", \.registry.dialects, .list(of: .filledText, atLeast: 1)),
        SettingKey("registry.custom_dialects", \.registry.customDialects, .customDialects),
        SettingKey("registry.ignore_suffixes", \.registry.ignoreSuffixes, .list(of: .filledText)),
        SettingKey("registry.max_id_length", \.registry.maxIDLength, .integer(1...65_536)),

        SettingKey("nodes.dead_after", \.nodes.deadAfter, .duration),
        SettingKey("nodes.unknown_after", \.nodes.unknownAfter, .duration),
        SettingKey("nodes.gone_after", \.nodes.goneAfter, .duration),
        SettingKey("nodes.forget_after", \.nodes.forgetAfter, .duration),
        SettingKey("nodes.expected", \.nodes.expected, .integer(0...10_000)),
        SettingKey("nodes.max_clock_skew", \.nodes.maxClockSkew, .durationOrZero),

        SettingKey("watch.mode", \.watch.mode, .choice()),
        SettingKey("watch.scan_every", \.watch.scanEvery, .duration),
        SettingKey("watch.reconcile_every", \.watch.reconcileEvery, .duration),
        SettingKey("watch.redis_share", \.watch.redisShare, .share),
        SettingKey("watch.catch_up_share", \.watch.catchUpShare, .share),

        SettingKey("events.files", \.events.files, .eventFiles),
        SettingKey("events.rules", \.events.rules, .eventRules),
        SettingKey("events.stream.key", \.events.stream.key, .text),
        SettingKey("events.stream.group", \.events.stream.group, .filledText),
        SettingKey("events.stream.keeps", \.events.stream.keeps, .list(of: .choice())),
        SettingKey("events.http", \.events.http, .truth),
        SettingKey("events.state_dir", \.events.stateDirectory, .filledText),

        SettingKey("sticky.cookie", \.sticky.cookie, .filledText),
        SettingKey("sticky.proxies", \.sticky.proxies, .list(of: .choice())),
        SettingKey("sticky.traefik_scheme", \.sticky.traefikScheme, .choice()),
        SettingKey("sticky.haproxy_key_file", \.sticky.haproxyKeyFile, .text),
        SettingKey("sticky.caddy_secret_file", \.sticky.caddySecretFile, .text),

        SettingKey("cleanup.mode", \.cleanup.mode, .choice()),
        SettingKey("cleanup.every", \.cleanup.every, .duration),
        SettingKey("cleanup.grace", \.cleanup.grace, .durationOrZero),
        SettingKey("cleanup.reasons", \.cleanup.reasons, .list(of: .choice())),
        SettingKey("cleanup.max_silence", \.cleanup.maxSilence, .duration),
        SettingKey("cleanup.max_keys_per_second", \.cleanup.maxKeysPerSecond, .integer(1...1_000_000)),
        SettingKey("cleanup.expire_to", \.cleanup.expireTo, .duration),
        SettingKey("cleanup.max_dead_fraction", \.cleanup.maxDeadFraction, .fraction),
        SettingKey("cleanup.settle", \.cleanup.settle, .durationOrZero),
        SettingKey("cleanup.undo_for", \.cleanup.undoFor, .durationOrZero),
        SettingKey("cleanup.undo_max_bytes", \.cleanup.undoMaxBytes, .bytes(atLeast: 1 << 20)),
        SettingKey("cleanup.auto_restore", \.cleanup.autoRestore, .truth),
        SettingKey("cleanup.audit_file", \.cleanup.auditFile, .text),

        SettingKey("http.listen", \.http.listen, .listenAddress),
        SettingKey("http.tokens_file", \.http.tokensFile, .text),
        SettingKey("http.allow_anonymous_reads", \.http.allowAnonymousReads, .truth),
        SettingKey("http.allowed_hosts", \.http.allowedHosts, .list(of: .filledText)),
        SettingKey("http.tls.cert_file", \.http.tls.certFile, .text),
        SettingKey("http.tls.key_file", \.http.tls.keyFile, .text),

        SettingKey("metrics.max_nodes", \.metrics.maxNodes, .integer(1...10_000)),

        SettingKey("log.level", \.log.level, .choice()),
        SettingKey("log.format", \.log.format, .choice()),
    ]

    /// The names that contain other keys: `redis`, `redis.tls`, ...
    static let sections: [String] = {
        var sections: [String] = []
        for key in all {
            let words = key.path.split(separator: ".")
            for depth in 1..<words.count {
                let section = words.prefix(depth).joined(separator: ".")
                if !sections.contains(section) { sections.append(section) }
            }
        }
        return sections
    }()
}
