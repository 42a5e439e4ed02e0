import Events
import Foundation
import HTTP
import Testing

@testable import Configuration

@Suite struct SettingsTests {
    /// Section 11 of the contract, to the letter, with `watch.catch_up_share` besides.
    static let defaults = """
        redis:
          url: redis://127.0.0.1:6379/0     # redis:// rediss:// unix:///path?db=0 redis+sentinel:// redis+cluster://
          username: ""
          password_file: ""
          read_from: primary                # primary | replica
          tls: {ca_file: "", cert_file: "", key_file: ""}
        registry:
          dialects: [native]
          custom_dialects: []
          ignore_suffixes: [":listener", ":events", ":active", ":auth", ":notes", ":counter"]
          max_id_length: 1024
        nodes: {dead_after: 15s, unknown_after: 60s, gone_after: 10m, forget_after: 24h, expected: 0, max_clock_skew: 2s}
        watch:
          mode: auto
          scan_every: 30s
          reconcile_every: 10m
          redis_share: 0.10
          catch_up_share: 1.0
        events:
          files: []
          rules: []
          stream: {key: "", group: mcp-sessiond, keeps: []}
          http: false
          state_dir: /var/lib/mcp-sessiond
        sticky:
          cookie: _mcp_backend
          proxies: [traefik, haproxy]
          traefik_scheme: auto
          haproxy_key_file: ""
          caddy_secret_file: ""
        cleanup:
          mode: dry-run
          every: 5m
          grace: 15m
          max_silence: 6h
          reasons: [owner_dead, owner_restarted]
          max_keys_per_second: 500
          expire_to: 1h
          max_dead_fraction: 0.5
          settle: 60s
          undo_for: 24h
          undo_max_bytes: 64MiB
          auto_restore: true
          audit_file: ""
        http:
          listen: 127.0.0.1:9850
          tokens_file: ""
          allow_anonymous_reads: false
          allowed_hosts: []
          tls: {cert_file: "", key_file: ""}
        metrics: {max_nodes: 256}
        log: {level: info, format: auto}
        """

    @Test func theFileOfDefaultsNamesEveryKeyAndChangesNothing() throws {
        let directory = try SettingsDirectory()
        let settings = try Settings.load(file: directory.write(Self.defaults), environment: [:])
        #expect(settings == Settings())
        #expect(settings.describe().filter { $0.source == "default" }.map(\.key) == [])
    }

    @Test func nothingGivenIsTheDefaults() throws {
        let directory = try SettingsDirectory()
        #expect(try Settings.load(file: nil, environment: ["HOME": "/root"]) == Settings())
        for text in ["", "# all commented out\n", "nodes:\n  # dead_after: 15s\n", "---\n{}\n"] {
            #expect(try Settings.load(file: directory.write(text), environment: [:]) == Settings())
        }
    }

    @Test func everyKeyCanBeChanged() throws {
        let directory = try SettingsDirectory()
        let text = """
            redis:
              url: unix:///run/redis.sock?db=3
              username: watcher
              password_file: /run/secrets/redis
              read_from: replica
              tls: {ca_file: /ca.pem, cert_file: /c.pem, key_file: /k.pem}
            registry:
              dialects: [acme, contextforge]
              custom_dialects:
                - name: acme
                  session_key: "acme:s:{id}"
                  session_values: none
                  node_key: "acme:n:{node}"
                  fields: {node: [host, server], boot: [pid], created_at: [t], last_seen: [l], client: [c]}
                  adoptable: true
                - {name: plain, session_key: "p:{id}"}
              ignore_suffixes: []
              max_id_length: 64
            nodes: {dead_after: 1.5s, unknown_after: 500ms, gone_after: 5m, forget_after: 2h, expected: 8, max_clock_skew: 0s}
            watch: {mode: scan, scan_every: 1h, reconcile_every: 1d, redis_share: 1, catch_up_share: 1e-1}
            events:
              files:
                - {path: "/var/log/mcp/*.log", node: node-1, format: slog_json, keeps: [Cookie, Set-Cookie]}
                - {path: /a.log}
              rules:
                - {match: "gone away", match_field: ev, kind: unknown, session: ctx.sid, node: ctx.n, owner: ctx.o,
                   boot: ctx.b, time: at, cookie: ctx.c, samples: ['{"ev":"gone away","ctx":{"sid":"abc-1"}}']}
              stream: {key: mcp:events, group: g, keeps: [Mcp-Method]}
              http: true
              state_dir: /tmp/s
            sticky: {cookie: c, proxies: [haproxy], traefik_scheme: fnv1, haproxy_key_file: /h, caddy_secret_file: /s}
            cleanup: {mode: delete, every: 1m, grace: 1s, max_silence: 12h, reasons: [owner_unknown],
                      max_keys_per_second: 1, expire_to: 2h, max_dead_fraction: 0, settle: 0s, undo_for: 0s,
                      undo_max_bytes: 1GiB, auto_restore: false, audit_file: /a.jsonl}
            http: {listen: "[::]:80", tokens_file: /t, allow_anonymous_reads: true, allowed_hosts: [mcp.example.com],
                   tls: {cert_file: /c, key_file: /k}}
            metrics: {max_nodes: 10000}
            log: {level: debug, format: json}
            """
        let settings = try Settings.load(file: directory.write(text), environment: [:])
        var expected = Settings()
        expected.redis.url = "unix:///run/redis.sock?db=3"
        expected.redis.username = "watcher"
        expected.redis.passwordFile = "/run/secrets/redis"
        expected.redis.readFrom = .replica
        (expected.redis.tls.caFile, expected.redis.tls.certFile, expected.redis.tls.keyFile) =
            ("/ca.pem", "/c.pem", "/k.pem")
        expected.registry.dialects = ["acme", "contextforge"]
        expected.registry.customDialects = [
            CustomDialect(
                name: "acme", sessionPrefix: "acme:s:", values: .none, nodePrefix: "acme:n:",
                fields: .init(
                    node: ["host", "server"], boot: ["pid"], createdAt: ["t"], lastSeen: ["l"], client: ["c"]),
                isAdoptable: true),
            CustomDialect(name: "plain", sessionPrefix: "p:"),
        ]
        expected.registry.ignoreSuffixes = []
        expected.registry.maxIDLength = 64
        (expected.nodes.deadAfter, expected.nodes.unknownAfter, expected.nodes.maxClockSkew) =
            (.milliseconds(1_500), .milliseconds(500), .zero)
        (expected.nodes.goneAfter, expected.nodes.forgetAfter, expected.nodes.expected) =
            (.seconds(300), .seconds(7_200), 8)
        expected.watch.mode = .scan
        (expected.watch.scanEvery, expected.watch.reconcileEvery) = (.seconds(3_600), .seconds(86_400))
        (expected.watch.redisShare, expected.watch.catchUpShare) = (1, 0.1)
        expected.events.files = [EventFile(path: "/var/log/mcp/*.log"), EventFile(path: "/a.log")]
        (expected.events.files[0].node, expected.events.files[0].format) = ("node-1", "slog_json")
        expected.events.files[0].keeps = [.cookie, .setCookie]
        expected.events.stream.keeps = [.method]
        expected.events.rules = [
            EventRule(
                rule: LogRule(
                    match: "gone away", matchField: "ev", kind: .unknown, session: "ctx.sid", node: "ctx.n",
                    owner: "ctx.o", boot: "ctx.b", time: "at", cookie: "ctx.c"),
                samples: [#"{"ev":"gone away","ctx":{"sid":"abc-1"}}"#])
        ]
        (expected.events.stream.key, expected.events.stream.group) = ("mcp:events", "g")
        (expected.events.http, expected.events.stateDirectory) = (true, "/tmp/s")
        (expected.sticky.cookie, expected.sticky.proxies) = ("c", [.haproxy])
        (expected.sticky.traefikScheme, expected.sticky.haproxyKeyFile, expected.sticky.caddySecretFile) =
            (.fnv1, "/h", "/s")
        (expected.cleanup.mode, expected.cleanup.every, expected.cleanup.grace) = (.delete, .seconds(60), .seconds(1))
        expected.cleanup.maxSilence = .seconds(43_200)
        (expected.cleanup.reasons, expected.cleanup.maxKeysPerSecond) = ([.ownerUnknown], 1)
        (expected.cleanup.expireTo, expected.cleanup.maxDeadFraction) = (.seconds(7_200), 0)
        (expected.cleanup.settle, expected.cleanup.auditFile) = (.zero, "/a.jsonl")
        (expected.cleanup.undoFor, expected.cleanup.undoMaxBytes) = (.zero, 1 << 30)
        expected.cleanup.autoRestore = false
        (expected.http.listen, expected.http.tokensFile) = (ListenAddress(host: "::", port: 80), "/t")
        (expected.http.allowAnonymousReads, expected.http.tls.certFile, expected.http.tls.keyFile) = (true, "/c", "/k")
        expected.http.allowedHosts = ["mcp.example.com"]
        expected.metrics.maxNodes = 10_000
        (expected.log.level, expected.log.format) = (.debug, .json)
        #expect(settings == expected)
        #expect(Set(settings.changedKeys(since: Settings())) == Set(SettingKey.all.map(\.path)))
    }

    @Test func flagBeatsEnvironmentBeatsFileBeatsDefault() throws {
        let directory = try SettingsDirectory()
        let path = try directory.write("nodes: {dead_after: 1s, unknown_after: 2s, max_clock_skew: 3s}")
        let environment = [
            "MCP_SESSIOND_CONFIG": path, "MCP_SESSIOND_NODES_DEAD_AFTER": "4s",
            "MCP_SESSIOND_NODES_UNKNOWN_AFTER": "5s", "MCP_SESSIOND_SERVER": "x", "MCP_SESSIOND_TOKEN": "y",
        ]
        let flags = [(key: "nodes.dead_after", flag: "--dead-after", value: "6s")]
        let settings = try Settings.load(file: nil, environment: environment, flags: flags)
        let nodes = settings.describe().filter { $0.key.hasPrefix("nodes.") || $0.key == "log.level" }
        #expect(
            nodes.map { "\($0.key) \($0.value) \($0.source)" } == [
                "nodes.dead_after 6s --dead-after", "nodes.unknown_after 5s MCP_SESSIOND_NODES_UNKNOWN_AFTER",
                "nodes.gone_after 10m default", "nodes.forget_after 1d default", "nodes.expected 0 default",
                "nodes.max_clock_skew 3s \(path):1:60", "log.level info default",
            ])
        #expect(try Settings.load(file: "/dev/null", environment: environment).nodes.maxClockSkew == .seconds(2))
    }

    @Test(arguments: [
        ("MCP_SESSIOND_REGISTRY_DIALECTS", "native, bare", "registry.dialects", "[native, bare]"),
        ("MCP_SESSIOND_REGISTRY_DIALECTS", "[bare]", "registry.dialects", "[bare]"),
        ("MCP_SESSIOND_CLEANUP_REASONS", "", "cleanup.reasons", "[]"),
        ("MCP_SESSIOND_HTTP_TLS_CERT_FILE", "", "http.tls.cert_file", "\"\""),
        ("MCP_SESSIOND_EVENTS_HTTP", "true", "events.http", "true"),
        (
            "MCP_SESSIOND_EVENTS_FILES", "/a.log,/b*.log", "events.files",
            "[{path: /a.log, format: auto}, {path: /b*.log, format: auto}]"
        ),
        (
            "MCP_SESSIOND_EVENTS_FILES", "[{path: /a.log, node: n1}]", "events.files",
            "[{path: /a.log, node: n1, format: auto}]"
        ),
        (
            "MCP_SESSIOND_EVENTS_FILES", "[{path: /a.log, keeps: [Cookie, Mcp-Method]}]", "events.files",
            "[{path: /a.log, format: auto, keeps: [Cookie, Mcp-Method]}]"
        ),
        (
            "MCP_SESSIOND_REGISTRY_CUSTOM_DIALECTS", "[{name: a, session_key: 'a:{id}'}]", "registry.custom_dialects",
            "[a]"
        ),
        ("MCP_SESSIOND_REDIS_URL", "rediss://u:p@h:1/2", "redis.url", "rediss://***@h:1/2"),
    ])
    func theEnvironmentSetsAnyKey(variable: String, value: String, key: String, shown: String) throws {
        let settings = try Settings.load(file: nil, environment: [variable: value])
        #expect(settings.describe().first { $0.key == key }?.value == shown)
        #expect(settings.describe().first { $0.key == key }?.source == variable)
    }

    @Test func keysAndVariablesAreUnique() {
        #expect(Set(SettingKey.all.map(\.path)).count == SettingKey.all.count)
        #expect(Set(SettingKey.all.map(\.variable) + Settings.otherVariables).count == SettingKey.all.count + 4)
        #expect(SettingKey.all.first { $0.path == "http.tls.cert_file" }?.variable == "MCP_SESSIOND_HTTP_TLS_CERT_FILE")
    }

    @Test func aReloadNamesWhatChanged() throws {
        let environment = ["MCP_SESSIOND_LOG_LEVEL": "debug", "MCP_SESSIOND_CLEANUP_MAX_KEYS_PER_SECOND": "500"]
        let settings = try Settings.load(file: nil, environment: environment)
        #expect(settings.changedKeys(since: Settings()) == ["log.level"])
    }
}
