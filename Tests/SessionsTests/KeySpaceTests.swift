import Testing

@testable import Sessions

private let suffixes = [":listener", ":events", ":active", ":auth", ":notes", ":counter"]

private func kind(_ key: [UInt8], _ space: KeySpace) -> KeySpace.Kind { space.kind(of: key.span) }

@Suite struct KeySpaceTests {
    private static let native = KeySpace(dialects: [.native], deniedSuffixes: suffixes)

    @Test(
        arguments: [
            ("mcp:session:7c9e6679-7425-40de-944b-e07fc1f90ae7", .session(dialect: 0, idStart: 12)),
            // A colon in an id is part of it.
            ("mcp:session:a:b:c", .session(dialect: 0, idStart: 12)),
            ("mcp:session:mcp:node:x", .session(dialect: 0, idStart: 12)),
            ("mcp:session:mcp:session:", .session(dialect: 0, idStart: 12)),
            ("mcp:session::", .session(dialect: 0, idStart: 12)),
            // Its id is outside the bounds, which the id tells.
            ("mcp:session:", .session(dialect: 0, idStart: 12)),
            // A suffix ends the key, whole and with an id before it.
            ("mcp:session:x:listener", .deniedSuffix), ("mcp:session:x:events", .deniedSuffix),
            ("mcp:session:x:active", .deniedSuffix),
            ("mcp:session:x:auth", .deniedSuffix), ("mcp:session:x:notes", .deniedSuffix),
            ("mcp:session:x:counter", .deniedSuffix),
            ("mcp:session:a:b:listener", .deniedSuffix), ("mcp:session:x:listener:events", .deniedSuffix),
            ("mcp:session:listener", .session(dialect: 0, idStart: 12)),
            ("mcp:session:x-listener", .session(dialect: 0, idStart: 12)),
            ("mcp:session:x:listeners", .session(dialect: 0, idStart: 12)),
            ("mcp:session:x:LISTENER", .session(dialect: 0, idStart: 12)),
            ("mcp:session:x:listener:1", .session(dialect: 0, idStart: 12)),
            ("mcp:node:node-2", .node(dialect: 0, nameStart: 9)),
            ("mcp:node:host:123", .node(dialect: 0, nameStart: 9)),
            ("mcp:node:x:listener", .node(dialect: 0, nameStart: 9)), ("mcp:nodes", .nodesCollection(dialect: 0)),
            ("mcp:node:", .foreign), ("mcp:nodes:", .foreign), ("mcp:nodes1", .foreign), ("mcp:node", .foreign),
            ("mcp:session", .foreign),
            ("mcp:sessiond:lease", .foreign), ("MCP:SESSION:x", .foreign), ("xmcp:session:x", .foreign),
            (" mcp:session:x", .foreign),
            ("mcp:sessions:x", .foreign), ("", .foreign), ("m", .foreign), ("cache:1", .foreign),
            ("x:listener", .foreign),
        ] as [(String, KeySpace.Kind)])
    func tellsWhatAKeyIs(key: String, expected: KeySpace.Kind) {
        #expect(kind(bytes(key), Self.native) == expected)
    }

    @Test func keysAreBytes() {
        #expect(kind(bytes("mcp:session:") + [0, 0xFF, 0x80], Self.native) == .session(dialect: 0, idStart: 12))
        #expect(kind([0xFF, 0xFE], Self.native) == .foreign)
    }

    @Test func severalDialectsSideBySide() {
        let space = KeySpace(
            dialects: [
                .native,
                Dialect(
                    name: "other", sessions: .init(prefix: "other/s/"), nodes: .init(prefix: "other/n/"),
                    nodesCollection: "other/all"),
                Dialect(name: "plain", sessions: .init(prefix: "plain:")),
            ], deniedSuffixes: [":x"])
        let expected: [(String, KeySpace.Kind)] = [
            ("mcp:session:1", .session(dialect: 0, idStart: 12)), ("other/s/1", .session(dialect: 1, idStart: 8)),
            ("plain:1", .session(dialect: 2, idStart: 6)), ("other/n/1", .node(dialect: 1, nameStart: 8)),
            ("other/all", .nodesCollection(dialect: 1)), ("mcp:nodes", .nodesCollection(dialect: 0)),
            ("plain:1:x", .deniedSuffix), ("other/s/1:x", .deniedSuffix),
            ("mcp:session:1:listener", .session(dialect: 0, idStart: 12)),
            ("other/", .foreign),
        ]
        for (key, expected) in expected { #expect(kind(bytes(key), space) == expected, "\(key)") }
    }

    @Test func theBareDialectHasSessionsOnly() {
        let space = KeySpace(dialects: [.bare], deniedSuffixes: suffixes)
        #expect(kind(bytes("mcp:session:1"), space) == .session(dialect: 0, idStart: 12))
        #expect(kind(bytes("mcp:node:1"), space) == .foreign)
        #expect(Dialect.bare.values == .none)
        #expect(Dialect.builtin.map(\.name).prefix(2) == ["native", "bare"])
    }

    @Test(
        arguments: [
            (["mcp:session:"], "mcp:session:*"), (["a*b?:"], #"a\*b\?:*"#), (["[x]\\"], #"\[x\]\\*"#),
            (["{tag}:s:"], "{tag}:s:*"),
            (["a:", "b:"], "*"), (["app:s:", "app:t:"], "app:*"), (["app:", "app:s:"], "app:*"), (["", "app:"], "*"),
            // Cut inside a character, the pattern would match nothing.
            (["é:", "è:"], "*"), (["sé:", "sè:"], "s*"),
        ] as [([String], String)])
    func oneScanSeesAllPrefixes(prefixes: [String], pattern: String) {
        let dialects = prefixes.map { Dialect(name: $0, sessions: .init(prefix: $0)) }
        #expect(KeySpace(dialects: dialects, deniedSuffixes: []).scanPattern == pattern)
    }

    @Test func oneScanSeesSessionsAndHeartbeats() {
        #expect(Self.native.scanPattern == "mcp:*")
        #expect(KeySpace(dialects: [.bare], deniedSuffixes: suffixes).scanPattern == "mcp:session:*")
    }

    @Test func anIdIsEscapedForAMatch() {
        #expect(KeySpace.escapedForMatch(bytes(#"a:*?[b-c]^\"{}"#)) == #"a:\*\?\[b-c\]^\\"{}"#)
    }
}
