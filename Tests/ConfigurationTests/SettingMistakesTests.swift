import Foundation
import Testing

@testable import Configuration

@Suite struct SettingMistakesTests {
    @Test(
        arguments: [
            (
                "nodes:\n  dead_after: 15 parsecs",
                ["x.yaml:2:15: nodes.dead_after: \"15 parsecs\" is not a duration (500ms, 15s, 10m, 1h, 30d)"]
            ),
            ("nodes: {dead_after: 15}", ["x.yaml:1:21: nodes.dead_after: \"15\" has no unit: write 15s for seconds"]),
            ("nodes: {dead_after: 0s}", ["x.yaml:1:21: nodes.dead_after: \"0s\" must be above 0"]),
            (
                "nodes: {dead_after: -1s}",
                ["x.yaml:1:21: nodes.dead_after: \"-1s\" is not a duration (500ms, 15s, 10m, 1h, 30d)"]
            ),
            (
                "nodes: {dead_after: [1s]}",
                ["x.yaml:1:21: nodes.dead_after: a list is not a duration (500ms, 15s, 10m, 1h, 30d)"]
            ),
            (
                "nodes:\n  dead_after:\n",
                ["x.yaml:2:14: nodes.dead_after: no value is not a duration (500ms, 15s, 10m, 1h, 30d)"]
            ),
            ("nodes: {dead_aftr: 15s}", ["x.yaml:1:9: nodes.dead_aftr: unknown key: did you mean nodes.dead_after?"]),
            ("node: {dead_after: 15s}", ["x.yaml:1:1: node: unknown key: did you mean nodes?"]),
            (
                "cleanup: {dead_after: 15s}",
                ["x.yaml:1:11: cleanup.dead_after: unknown key: did you mean nodes.dead_after?"]
            ),
            ("redis: {url redis://u:hunter2@h}", ["x.yaml:1:9: a URL with user info: unknown key"]),
            ("\"a\\x1bb\": 1", ["x.yaml:1:1: a\u{FFFD}b: unknown key"]),
            ("kubernetes: true", ["x.yaml:1:1: kubernetes: unknown key"]),
            ("nodes: 15s", ["x.yaml:1:8: nodes: \"15s\" is not a mapping of keys"]),
            ("- a", ["x.yaml:1:1: a list is not a mapping of sections"]),
            (
                "redis: {password: hunter2}",
                [
                    "x.yaml:1:9: redis.password: unknown key: the password goes into"
                        + " redis.password_file or MCP_SESSIOND_REDIS_PASSWORD"
                ]
            ),
            ("watch: {mode: tracing}", ["x.yaml:1:15: watch.mode: \"tracing\" is not one of auto, tracking, scan"]),
            ("watch: {redis_share: 0}", ["x.yaml:1:22: watch.redis_share: \"0\" is not a share above 0 and up to 1"]),
            (
                "watch: {catch_up_share: 1.01}",
                ["x.yaml:1:25: watch.catch_up_share: \"1.01\" is not a share above 0 and up to 1"]
            ),
            (
                "watch: {catch_up_share: nan}",
                ["x.yaml:1:25: watch.catch_up_share: \"nan\" is not a share above 0 and up to 1"]
            ),
            (
                "cleanup: {max_dead_fraction: -0.1}",
                ["x.yaml:1:30: cleanup.max_dead_fraction: \"-0.1\" is not a fraction from 0 to 1"]
            ),
            (
                "cleanup: {max_keys_per_second: 0}",
                ["x.yaml:1:32: cleanup.max_keys_per_second: \"0\" is not a whole number from 1 to 1000000"]
            ),
            (
                "cleanup: {reasons: [owner_denies]}",
                [
                    "x.yaml:1:21: cleanup.reasons: \"owner_denies\" is not one of owner_dead,"
                        + " owner_restarted, owner_unknown"
                ]
            ),
            ("cleanup: {reasons: owner_dead}", ["x.yaml:1:20: cleanup.reasons: \"owner_dead\" is not a list ([a, b])"]),
            (
                "cleanup:\n  mode: delete\n  grace: 0s",
                [
                    "x.yaml:3:10: cleanup.grace: 0 is not safe with cleanup.mode delete: an owner"
                        + " must be silent for some time first"
                ]
            ),
            (
                "cleanup: {mode: expire, grace: 0s}",
                [
                    "x.yaml:1:32: cleanup.grace: 0 is not safe with cleanup.mode expire: an owner"
                        + " must be silent for some time first"
                ]
            ),
            (
                "registry: {max_id_length: 65537}",
                ["x.yaml:1:27: registry.max_id_length: \"65537\" is not a whole number from 1 to 65536"]
            ),
            ("registry: {dialects: []}", ["x.yaml:1:22: registry.dialects: is empty"]),
            (
                "registry: {dialects: [native, nativ]}",
                [
                    "x.yaml:1:22: registry.dialects: \"nativ\" is not one of native, bare,"
                        + " contextforge: did you mean native?"
                ]
            ),
            ("registry: {dialects: [bare, bare]}", ["x.yaml:1:29: registry.dialects: \"bare\" is listed twice"]),
            (
                "metrics: {max_nodes: many}",
                ["x.yaml:1:22: metrics.max_nodes: \"many\" is not a whole number from 1 to 10000"]
            ),
            (
                "http: {allow_anonymous_reads: yes}",
                ["x.yaml:1:31: http.allow_anonymous_reads: \"yes\" is not true or false"]
            ),
            (
                "http: {listen: 9850}",
                ["x.yaml:1:16: http.listen: \"9850\" is not an address to listen on (127.0.0.1:9850, [::1]:9850)"]
            ),
            ("http: {tls: {cert_file: /c}}", ["x.yaml:1:25: http.tls.cert_file: requires key_file as well"]),
            ("redis: {tls: {key_file: /k}}", ["x.yaml:1:25: redis.tls.key_file: requires cert_file as well"]),
            ("sticky: {cookie: \"\"}", ["x.yaml:1:18: sticky.cookie: is empty"]),
            (
                "log: {level: \"in\\x1bfo\"}",
                [
                    "x.yaml:1:14: log.level: \"in\u{FFFD}fo\" is not one of trace, debug, info,"
                        + " notice, warning, error, critical"
                ]
            ),
            (
                "log: {format: redis://u:p@h}",
                ["x.yaml:1:15: log.format: a URL with user info is not one of text, json, auto"]
            ),
        ] as [(String, [String])])
    func aBadValueIsNamedWhereItStands(text: String, expected: [String]) throws {
        #expect(try mistakes(inFile: text) == expected)
    }

    @Test func allMistakesAreNamedInOrder() throws {
        let directory = try SettingsDirectory()
        let path = try directory.write("log: {level: loud}\nnodes:\n  dead_after: 5\nredish: {}\nwatch: {mode: off}\n")
        let environment = ["MCP_SESSIOND_NODE_DEAD_AFTER": "1s", "MCP_SESSIOND_CLEANUP_MAX_KEYS_PER_SECOND": "fast"]
        let flags = [(key: "http.listen", flag: "--listen", value: "here"), ("no.key", "--no", "1")]
        let thrown = #expect(throws: SettingMistakes.self) {
            try Settings.load(file: path, environment: environment, flags: flags)
        }
        #expect(
            thrown?.description == """
                \(path):1:14: log.level: "loud" is not one of trace, debug, info, notice, warning, error, critical
                \(path):3:15: nodes.dead_after: "5" has no unit: write 5s for seconds
                \(path):4:1: redish: unknown key: did you mean redis?
                \(path):5:15: watch.mode: "off" is not one of auto, tracking, scan
                MCP_SESSIOND_CLEANUP_MAX_KEYS_PER_SECOND: cleanup.max_keys_per_second: "fast" is not a whole number from 1 to 1000000
                MCP_SESSIOND_NODE_DEAD_AFTER: unknown variable: did you mean MCP_SESSIOND_NODES_DEAD_AFTER?
                --listen: http.listen: "here" is not an address to listen on (127.0.0.1:9850, [::1]:9850)
                --no: no.key: unknown key
                """)
    }

    @Test(
        arguments: [
            ("a: [1, 2\n", ["x.yaml:2:1: not YAML: did not find expected ',' or ']'"]),
            ("nodes:\n\tdead_after: 1s", ["x.yaml:2:1: not YAML: found character that cannot start any token"]),
            ("nodes: {}\nnodes: {}", ["x.yaml:2:1: nodes: appears twice, first in line 1"]),
            (
                "nodes:\n  dead_after: 1s\n  dead_after: 2s",
                ["x.yaml:3:3: nodes.dead_after: appears twice, first in line 2"]
            ),
            (
                "nodes: {dead_after: 1s, dead_after: 2s}",
                ["x.yaml:1:9: nodes.dead_after: appears twice, first in line 1"]
            ),
            ("a: 1\n---\nb: 2", ["x.yaml:2:1: not YAML: but found another document"]),
            ("log: &l {level: info}", ["x.yaml:1:6: anchors and aliases (&name, *name) are not supported"]),
            ("# R&D &so\nlog:\n  - &l a\n", ["x.yaml:3:5: anchors and aliases (&name, *name) are not supported"]),
            ("? &l\n: b", ["x.yaml:1:3: anchors and aliases (&name, *name) are not supported"]),
            ("a: !!str &l b", ["x.yaml:1:10: anchors and aliases (&name, *name) are not supported"]),
            ("a: 'it''s', b: \"\\\"\"\nc: &x 1", ["x.yaml:2:4: anchors and aliases (&name, *name) are not supported"]),
            (
                "events: {files: [{path: *.log}]}",
                [
                    "x.yaml:1:26: not YAML: did not find expected alphabetic or numeric character"
                        + " (put quotes around a text that begins with *)"
                ]
            ),
        ] as [(String, [String])])
    func whatIsNoPlainYAMLIsRefused(text: String, expected: [String]) throws {
        #expect(try mistakes(inFile: text) == expected)
    }

    @Test(arguments: ["a & b", "/x?a=1&b=2", "R&D", "\"*.log\"", "'a # b'"])
    func textsWithSuchCharactersAreRead(text: String) throws {
        #expect(try mistakes(inFile: "sticky:\n  cookie: \(text)\n") == [])
    }

    @Test(
        arguments: [
            ("{session_key: 'a:{id}'}", ["x.yaml:1:30: registry.custom_dialects[0]: name is missing"]),
            ("{name: a}", ["x.yaml:1:30: registry.custom_dialects[0]: session_key is missing"]),
            ("native", ["x.yaml:1:30: registry.custom_dialects[0]: \"native\" is not a mapping ({name: value})"]),
            (
                "{name: bare, session_key: 'a:{id}'}",
                ["x.yaml:1:37: registry.custom_dialects[0].name: \"bare\" is the name of a built-in dialect"]
            ),
            (
                "{name: A b, session_key: 'a:{id}'}",
                ["x.yaml:1:37: registry.custom_dialects[0].name: \"A b\" is not a name ([a-z0-9_-], up to 32)"]
            ),
            (
                "{name: a, session_key: 'a:{id}:x'}",
                [
                    "x.yaml:1:53: registry.custom_dialects[0].session_key: \"a:{id}:x\" is not a"
                        + " prefix followed by {id} (\"app:x:{id}\")"
                ]
            ),
            (
                "{name: a, session_key: '{id}'}",
                [
                    "x.yaml:1:53: registry.custom_dialects[0].session_key: \"{id}\" is not a prefix"
                        + " followed by {id} (\"app:x:{id}\")"
                ]
            ),
            (
                "{name: a, session_key: 'a:{id}', node_key: 'n:{id}'}",
                [
                    "x.yaml:1:73: registry.custom_dialects[0].node_key: \"n:{id}\" is not a prefix"
                        + " followed by {node} (\"app:x:{node}\")"
                ]
            ),
            (
                "{name: a, session_key: 'a:{id}', session_values: json}",
                ["x.yaml:1:79: registry.custom_dialects[0].session_values: \"json\" is not one of object, none"]
            ),
            (
                "{name: a, session_key: 'a:{id}', adoptible: true}",
                ["x.yaml:1:63: registry.custom_dialects[0].adoptible: unknown key: did you mean adoptable?"]
            ),
            (
                "{name: a, session_key: 'a:{id}', fields: {nodes: [b], boot: b, client: []}}",
                [
                    "x.yaml:1:72: registry.custom_dialects[0].fields.nodes: unknown key: did you mean node?",
                    "x.yaml:1:90: registry.custom_dialects[0].fields.boot: \"b\" is not a list ([a, b])",
                    "x.yaml:1:101: registry.custom_dialects[0].fields.client: is empty",
                ]
            ),
            (
                "{name: a, session_key: 'a:{id}'}, {name: a, session_key: 'b:{id}'}",
                ["x.yaml:1:29: registry.custom_dialects: two dialects are named \"a\""]
            ),
        ] as [(String, [String])])
    func aBadDialectIsNamedByItsField(text: String, expected: [String]) throws {
        #expect(try mistakes(inFile: "registry: {custom_dialects: [\(text)]}") == expected)
    }

    private static let formats = """
        auto, rust_tracing_json, rust_tracing_text, python_json, python_text, structlog_json, structlog_console, pino, \
        slog_json, zap_json, zap_console, logfmt, dotnet_json, dotnet_console, node_console, traefik_json, common_log, \
        json, text
        """

    @Test(
        arguments: [
            ("{node: n1}", ["x.yaml:1:18: events.files[0]: path is missing"]),
            (
                "{path: /a, format: 'My Format'}",
                ["x.yaml:1:37: events.files[0].format: \"My Format\" is not one of \(Self.formats)"]
            ),
            ("/a.log", ["x.yaml:1:18: events.files[0]: \"/a.log\" is not a mapping ({name: value})"]),
            (
                "{path: /a, format: pinoo}",
                ["x.yaml:1:37: events.files[0].format: \"pinoo\" is not one of \(Self.formats): did you mean pino?"]
            ),
            (
                "{path: a.log}",
                ["x.yaml:1:25: events.files[0].path: \"a.log\" is not an absolute path, or - for standard input"]
            ),
            (
                "{path: '-'}, {path: '-'}",
                ["x.yaml:1:17: events.files: standard input (-) is listed more than once"]
            ),
            ("{path: /a, nod: n}", ["x.yaml:1:29: events.files[0].nod: unknown key: did you mean node?"]),
        ] as [(String, [String])])
    func aBadEventFileIsNamedByItsField(text: String, expected: [String]) throws {
        #expect(try mistakes(inFile: "events: {files: [\(text)]}") == expected)
    }

    @Test(
        arguments: [
            ("{kind: unknown}", ["x.yaml:1:18: events.rules[0]: match is missing"]),
            (
                "{match: gone, kind: lost}",
                [
                    "x.yaml:1:38: events.rules[0].kind: \"lost\" is not one of misroute, unknown, miss, created, held, "
                        + "closed, owner_dead, owner_restarted, registry_error, modern"
                ]
            ),
            (
                #"{match: gone away, kind: unknown, samples: ['{"msg":"s-1 is gone away","session_id":"s-1"}', 'hello']}"#,
                ["x.yaml:1:17: events.rules: [0]: sample 2 is no event, not unknown"]
            ),
        ] as [(String, [String])])
    func aBadRuleIsNamedAndItsSamplesAreChecked(text: String, expected: [String]) throws {
        #expect(try mistakes(inFile: "events: {rules: [\(text)]}") == expected)
    }

    @Test func filesThatCannotBeReadAreNamed() throws {
        let directory = try SettingsDirectory()
        let large = try directory.write(String(repeating: "# long\n", count: 160_000), "large.yaml")
        let binary = directory.path("binary.yaml")
        try Data([0x61, 0xFF, 0xFE]).write(to: URL(fileURLWithPath: binary))
        for (path, message) in [
            (directory.path("none.yaml"), "no such file"), (directory.url.path, "cannot be read"),
            (large, "larger than 1048576 bytes"), (binary, "not UTF-8"),
        ] {
            let thrown = #expect(throws: SettingMistakes.self) { try Settings.load(file: path, environment: [:]) }
            #expect(thrown?.description == "\(path): \(message)")
        }
    }

    @Test func listsAreBounded() throws {
        let list = (0...settingListLimit).map { "\"a\($0)\"" }.joined(separator: ", ")
        #expect(
            try mistakes(inFile: "registry: {ignore_suffixes: [\(list)]}")
                == ["x.yaml:1:29: registry.ignore_suffixes: has more than 256 elements"])
    }
}
