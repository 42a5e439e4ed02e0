import Exposition
import Foundation
import Lab
import Redis
import Testing

/// The real program against a real daemon on a redis-server of its own.
@Suite struct CommandTests {
    private static let id = "0b1f7a52-8f0e-4a55-9f0e-aa11bb22cc33"
    private static let hostile = "node-\u{1B}[2J\u{202E}\u{7}"

    private typealias Fill = (inout RedisConnection) throws -> Void

    /// One live node with one session, and where it is asked for one session whose node nobody ever saw.
    private static func filling(orphanOf node: String? = nil) -> Fill {
        { redis in
            let now = Int(Date().timeIntervalSince1970)
            // A bare marker: alive while it exists, however long the test takes.
            _ = try redis.command(["SET", "mcp:node:node-1", "alive", "EX", "600"])
            let session: JSONValue = ["node": "node-1", "created_at": .int(now - 30), "client": "inspector 0.17.2"]
            _ = try redis.command(["SET", "mcp:session:\(id)", session.compact, "EX", "3600"])
            guard let node else { return }
            let orphan: JSONValue = ["node": .string(node), "created_at": .int(now - 30)]
            _ = try redis.command(["SET", "mcp:session:orphan-of-nobody", orphan.compact, "EX", "3600"])
        }
    }

    /// So many bare sessions.
    private static func filling(count: Int) -> Fill {
        { redis in
            for _ in 0..<count {
                _ = try redis.command(["SET", "mcp:session:\(UUID().uuidString)", "1", "EX", "3600"])
            }
        }
    }

    @Test func `a healthy cluster is 0 from every verb`() async throws {
        try await withDaemon(fill: Self.filling()) { daemon in
            for verb in [["status"], ["nodes"], ["node", "node-1"], ["sessions"], ["sessions", "--limit", "0"]] {
                let outcome = try await daemon.run(verb)
                #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(verb): \(outcome)")
            }
            let outcome = try await daemon.run(["explain", "-"], input: Self.id + "\n")
            #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
            #expect(!outcome.output.contains(Self.id))
        }
    }

    @Test func `an orphan is 1 from every verb that shows it`() async throws {
        try await withDaemon(fill: Self.filling(orphanOf: "node-9")) { daemon in
            try await waitUntil("the orphan to be one") {
                try await daemon.run(["status"]).output.contains("owner_unknown")
            }
            for verb in [
                ["status"], ["nodes"], ["node", "node-9"], ["sessions"], ["sessions", "--state", "orphaned"],
            ] {
                #expect(try await daemon.run(verb).status == 1, "\(verb)")
            }
            #expect(try await daemon.run(["explain", "-"], input: "orphan-of-nobody").status == 1)
            for verb in [["node", "node-1"], ["sessions", "--state", "owned"], ["sessions", "--node", "node-1"]] {
                #expect(try await daemon.run(verb).status == 0, "\(verb)")
            }
        }
    }

    @Test func `every form of output says the same, and JSON is the API's own`() async throws {
        try await withDaemon(fill: Self.filling(orphanOf: "node-9")) { daemon in
            for verb in [["status"], ["nodes"], ["node", "node-1"], ["sessions"], ["sessions", "--limit", "0"]] {
                let document = try JSONValue(parsing: Array(try await daemon.run(verb + ["-o", "json"]).output.utf8))
                #expect(
                    document.object?.map(\.key).prefix(5) == [
                        "as_of", "view_age_seconds", "complete", "instance", "data",
                    ])
                let yaml = try await daemon.run(verb + ["-o", "yaml"]).output
                #expect(yaml.contains("complete: true\n") && yaml.contains("\ndata:"), "\(yaml)")
                #expect(try await daemon.run(verb + ["-o", "wide"]).output.contains("as of"))
            }
        }
    }

    @Test func `a listing follows its pages to the end`() async throws {
        let count = 2_345
        try await withDaemon(fill: Self.filling(count: count)) { daemon in
            func refs(_ arguments: [String]) async throws -> (refs: Set<String>, rows: Int, cursor: JSONValue?) {
                let text = try await daemon.run(["sessions", "-o", "json"] + arguments).output
                let document = try JSONValue(parsing: Array(text.utf8))
                let rows = try #require(document["data"]?.array)
                return (Set(rows.compactMap { $0["ref"]?.string }), rows.count, document["next_cursor"])
            }
            let all = try await refs(["--limit", "0"])
            #expect(all.refs.count == count && all.rows == count && all.cursor == .null)
            let some = try await refs(["--limit", "1500"])
            #expect(some.refs.count == 1_500 && some.rows == 1_500 && some.cursor?.string != nil)
            #expect(try await refs([]).rows == 100)
            let table = try await daemon.run(["sessions", "--limit", "0"])
            #expect(table.output.split(separator: "\n").count == count + 2 && table.errors.isEmpty)
            #expect(try await daemon.run(["sessions"]).errors == "there are more: --limit 0 shows all\n")
        }
    }

    @Test func `names from Redis neither reach the terminal raw nor break a table`() async throws {
        let name = Self.hostile + String(repeating: "long", count: 50)
        try await withDaemon(fill: Self.filling(orphanOf: name)) { daemon in
            for verb in [
                ["nodes"], ["sessions"], ["node", name], ["nodes", "-o", "wide"], ["sessions", "-o", "yaml"],
            ] {
                let output = try await daemon.run(verb).output
                #expect(
                    !output.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" || $0 == "\u{7}" }, "\(verb)")
                guard !verb.contains("-o") else { continue }
                #expect(output.split(separator: "\n").allSatisfy { $0.unicodeScalars.count <= 100 }, "\(output)")
            }
            #expect(
                try await daemon.run(["node", name]).output.contains("node        node-\\x1b[2J\\u{202e}\\x07longlong"))
        }
    }

    @Test func `explain takes a ref, a prefix, standard input and with a note an id`() async throws {
        try await withDaemon(fill: Self.filling()) { daemon in
            let listing = try JSONValue(parsing: Array(try await daemon.run(["sessions", "-o", "json"]).output.utf8))
            let ref = try #require(listing["data"]?[0]?["ref"]?.string)
            let note = "note: taken as a session id; ids do not belong in shell history: use explain -\n"
            for (argument, input, errors) in [
                (ref, "", ""), (String(ref.prefix(8)), "", ""), (String(ref.dropFirst(2)), "", ""),
                ("-", "  \(Self.id)\r\n", ""),
                (Self.id, "", note),
            ] {
                let outcome = try await daemon.run(["explain", argument], input: input)
                #expect(outcome.output.hasPrefix("\(ref): live ("), "\(outcome)")
                let why = "node-1 holds it and is alive; no log is read that would show one."
                #expect(outcome.output.contains("\n\(why)\n"))
                #expect(outcome.errors == errors && outcome.status == 0)
            }
            let missing = try await daemon.run(["explain", "-"], input: "nobody")
            #expect(missing.status == 1 && missing.errors.isEmpty)
            #expect(
                missing.output.contains(": never_seen (unsure)\nIt is not registered, and nothing is remembered of it"))
            let unknown = try await daemon.run(["explain", "s:0000000000000000"])
            #expect(unknown.status == 1 && unknown.output.hasPrefix("s:0000000000000000: never_seen (unsure)\n"))
            let prefix = try await daemon.run(["explain", "s:00000000"])
            let words = "Not Found: no ref of a registered session begins like this\n"
            #expect(prefix == .init(status: 1, output: "", errors: words))
            #expect(try await daemon.run(["explain", "-"]).errors == "explain: no session id given\n")
            let noRef = "explain: not a ref: s: and 4 to 16 hex digits; an id that begins so: explain -\n"
            for argument in ["s:", "s:abc", "s:0123456789abcdef0", "s:nonsense", "S:0123456789ABCDEF"] {
                #expect(try await daemon.run(["explain", argument]) == .init(status: 2, output: "", errors: noRef))
            }
            #expect(try await daemon.run(["explain", "-"], input: "s:nonsense").output.contains(": never_seen ("))
        }
    }

    @Test func `what the daemon refuses is one line and 2`() async throws {
        try await withDaemon(fill: Self.filling()) { daemon in
            let state = try await daemon.run(["sessions", "--state", "lost"])
            let words = "Bad Request: not one of owned, orphaned, unowned, malformed (state)\n"
            #expect(state == .init(status: 2, output: "", errors: words))
            let node = try await daemon.run(["node", "a/b c?"])
            let noNode =
                "Not Found: no heartbeat of that node was ever seen, and no session names it; "
                + "mcp-sessiond nodes lists the known ones\n"
            #expect(node == .init(status: 1, output: "", errors: noNode))
        }
    }

    @Test func `a token is needed, and comes from the environment or a file`() async throws {
        let token = "0123456789abcdef0123"
        try await withDaemon(tokens: "read \(token)\n", fill: Self.filling()) { daemon in
            let folder = try TemporaryFolder(prefix: "command")
            defer { folder.remove() }
            try (token + "\n").write(toFile: folder.file("token"), atomically: true, encoding: .utf8)
            #expect(try await daemon.run(["status"]).status == 4)
            let wrong = try await daemon.run(["status"], environment: ["MCP_SESSIOND_TOKEN": "wrong-wrong-wrong-wrong"])
            #expect(
                wrong.status == 4 && wrong.errors.hasPrefix("refused: Unauthorized") && !wrong.errors.contains("wrong-")
            )
            #expect(try await daemon.run(["status"], environment: ["MCP_SESSIOND_TOKEN": token]).status == 0)
            #expect(try await daemon.run(["status", "--token-file", folder.file("token")]).status == 0)
            #expect(try await daemon.run(["status", "--token-file", folder.file("none")]).status == 2)
        }
    }

    @Test func `before the first full scan everything is 3`() async throws {
        try await withDaemon(redisArguments: ["--requirepass", "a-password"], isReadable: false) { daemon in
            for verb in [["status"], ["nodes"], ["sessions"], ["explain", "s:0123456789abcdef"], ["explain", "-"]] {
                let outcome = try await daemon.run(verb, input: "some-id")
                #expect(outcome.status == 3, "\(verb): \(outcome)")
            }
            try await waitUntil("Redis to refuse") { try await daemon.run(["status"]).output.contains("NOAUTH") }
            let errors = try await daemon.run(["status"]).errors
            #expect(errors == "WARNING: the first full scan is not complete: this answer is incomplete\n")
        }
    }

    @Test func `status shows that Redis went away, and is 3`() async throws {
        try await withDaemon(fill: Self.filling()) { daemon in
            daemon.redis.signal(SIGKILL)
            try await waitUntil("the daemon to notice") { try await daemon.run(["status"]).status == 3 }
            let outcome = try await daemon.run(["status"])
            #expect(outcome.output.contains("redis       out of reach, "), "\(outcome.output)")
            #expect(outcome.output.contains("sessions    1 registered"))
        }
    }

    @Test func `watch repeats until it is ended`() async throws {
        try await withDaemon(fill: Self.filling()) { daemon in
            let program = try Program(["nodes", "--watch", "0.2", "--server", daemon.server])
            defer { program.end() }
            // Without a terminal the pictures follow each other with a blank line between.
            try waitUntil("a second view") { program.output.contains("\n\n1 node") }
            program.process.interrupt()
            let outcome = await program.finish()
            #expect(!outcome.output.contains("\u{1B}"))
        }
    }
}
