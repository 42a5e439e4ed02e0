import Exposition
import Foundation
import Lab
import Redis
import TestSupport
import Testing

@testable import Cleaning
@testable import Sessions

/// `mcp-sessiond cleanup verify`, on a redis-server of its own and without a daemon.
@Suite(.ownThreads) struct CleanupVerifyCommandTests {
    private final class Scene {
        let redis: PrivateRedis
        let folder: TemporaryFolder
        var file: String { folder.file("audit.log") }

        init() throws {
            redis = try PrivateRedis()
            folder = try TemporaryFolder(prefix: "verify")
        }

        deinit {
            redis.stop()
            folder.remove()
        }

        static let at = UnixTime(milliseconds: 1_795_404_635_753)

        /// A legal removal.
        static let entry = AuditEntry(
            id: "", at: at, refs: [SessionRef(1), SessionRef(2)], agesSeconds: [617, nil], node: "node-4", boot: "b4",
            reason: .ownerDead, action: .delete, silentSeconds: 908, attestedBy: nil, epoch: 1, by: "schedule",
            run: "1795404635-b466")

        @discardableResult
        func command(_ words: [String]) throws -> RedisReply {
            var connection = try redis.connect()
            return try connection.command(words)
        }

        func add(_ seconds: Int64, _ change: (inout AuditEntry) -> Void = { _ in }) throws {
            var entry = Self.entry
            entry.at = UnixTime(milliseconds: entry.at.milliseconds + seconds * 1000)
            change(&entry)
            try command(["XADD", CleanupKeys.audit, "\(entry.at.milliseconds)-0"] + entry.words)
        }

        func verify(
            _ arguments: [String] = [], file: Bool = false, user: String = ""
        ) async throws -> Program.Outcome {
            let config = folder.file("sessiond.yaml")
            let audit = file ? ", audit_file: \"\(self.file)\"" : ""
            let url = redis.url.replacing("unix://", with: "unix://\(user)")
            try "redis: {url: \"\(url)\"}\ncleanup: {grace: 15m\(audit)}\n"
                .write(toFile: config, atomically: true, encoding: .utf8)
            return try await Program.run(["cleanup", "verify", "--config", config] + arguments)
        }
    }

    @Test func `an audit that breaks no rule is 0, and says what was not checked`() async throws {
        let scene = try Scene()
        let empty = try await scene.verify()
        #expect(empty.status == 0 && empty.output.hasPrefix("records     0\n"), "\(empty)")
        try scene.add(0)
        let outcome = try await scene.verify()
        #expect(
            outcome
                == .init(
                    status: 0,
                    output: """
                        records     1, 2026-11-23T03:30:35.753Z to 2026-11-23T03:30:35.753Z
                        sessions    2 removed, 0 kept, 0 restored
                        runs        1
                        attested    0
                        file        none
                        unknown     file: cleanup.audit_file is not set
                        broken      none

                        """, errors: ""))
    }

    @Test func `a record that breaks a rule is 1, and is named with the rule`() async throws {
        let scene = try Scene()
        try scene.add(0)
        try scene.add(1) { ($0.refs, $0.agesSeconds, $0.silentSeconds) = ([SessionRef(3)], [1], 12) }
        let outcome = try await scene.verify()
        #expect(outcome.status == 1 && outcome.errors.isEmpty, "\(outcome)")
        #expect(
            outcome.output.hasSuffix(
                """
                broken      1

                1795404636753-0
                  rule      silence: the owner was silent for cleanup.grace or longer
                  found     silent for 12 s, and cleanup.grace is 900 s

                """), "\(outcome.output)")
        // The grace was shorter then.
        let since = try await scene.verify(["--since", "2026-11-24T00:00:00Z"])
        #expect(since.status == 0 && since.output.contains("silence: it is older than --since"), "\(since)")
        let json = try await scene.verify(["-o", "json"])
        let document = try JSONValue(parsing: Array(json.output.utf8))
        #expect(json.status == 1 && document["records"] == 2 && document["removed"] == 3 && document["broken"] == 1)
        #expect(document["file_lines"] == .null && document["runs"] == 1)
        #expect(
            document["violations"]?[0] == [
                "place": "1795404636753-0", "rule": "silence",
                "must": "the owner was silent for cleanup.grace or longer",
                "found": "silent for 12 s, and cleanup.grace is 900 s",
            ])
        #expect(
            document["unknown"]?[0] == [
                "rule": "file", "why": "cleanup.audit_file is not set", "count": 1, "first": .null,
            ])
        #expect(try await scene.verify(["-o", "yaml"]).output.contains("\nbroken: 1\n"))
    }

    @Test func `what is no record is named, and nothing that it holds is shown`() async throws {
        let scene = try Scene()
        try scene.add(0)
        try scene.command(["XADD", CleanupKeys.audit, "1795404637000-0", "refs", "secret-id-123", "run", "secret-id-4"])
        for format in ["table", "json"] {
            let outcome = try await scene.verify(["-o", format])
            #expect(outcome.status == 1 && outcome.output.contains("1795404637000-0"), "\(outcome)")
            #expect(!outcome.output.contains("secret-id"))
        }
        try scene.command(["DEL", CleanupKeys.audit])
        try scene.command(["SET", CleanupKeys.audit, "x"])
        let wrong = try await scene.verify()
        #expect(wrong.status == 1 && wrong.output.contains("\nmcp:sessiond:audit\n"), "\(wrong)")
        #expect(wrong.output.contains("it has the wrong type"))
    }

    @Test func `a line of the file that is broken or says otherwise is named`() async throws {
        let scene = try Scene()
        try scene.add(0)
        let lines = Scene.entry.lines.map(\.compact)
        func write(_ lines: [String]) throws {
            try (lines.joined(separator: "\n") + "\n").write(toFile: scene.file, atomically: true, encoding: .utf8)
        }
        try write(lines)
        let fine = try await scene.verify(file: true)
        #expect(fine.status == 0 && fine.output.contains("file        2 lines\nbroken      none\n"), "\(fine)")
        try write([lines[0], "{\"time\":\"2026", lines[1].replacing("node-4", with: "node-5")])
        let wrong = try await scene.verify(["-o", "json"], file: true)
        let violations = try JSONValue(parsing: Array(wrong.output.utf8))["violations"]?.array ?? []
        #expect(wrong.status == 1, "\(wrong)")
        #expect(violations.map { $0["place"]?.string } == ["\(scene.file):2", "\(scene.file):3"])
        #expect(violations.map { $0["rule"]?.string } == ["readable", "file"])
        try FileManager.default.removeItem(atPath: scene.file)
        let missing = try await scene.verify(["-o", "wide"], file: true)
        #expect(missing.status == 0 && missing.output.contains("cannot be read: No such file"), "\(missing)")
    }

    @Test func `usage is 2, and a server out of reach is 3`() async throws {
        let scene = try Scene()
        for arguments in [["--since", "soon"], ["--since", ""], ["run-1"], ["--server", "http://h"]] {
            let outcome = try await scene.verify(arguments)
            #expect(outcome.status == 2 && outcome.output.isEmpty && !outcome.errors.isEmpty, "\(outcome)")
        }
        let config = try await Program.run(["cleanup", "verify", "--config", "/nonexistent.yaml"])
        #expect(config.status == 2 && config.output.isEmpty)
        try scene.command(["ACL", "SETUSER", "weak", "on", ">pw", "~*", "+get"])
        let denied = try await scene.verify(user: "weak:pw@")
        #expect(denied.status == 3 && denied.errors.hasPrefix("the audit could not be read: Redis denies"), "\(denied)")
        scene.redis.stop()
        let gone = try await scene.verify()
        #expect(gone.status == 3 && gone.output.isEmpty, "\(gone)")
        #expect(gone.errors.hasPrefix("the audit could not be read: cannot connect to Redis at "), "\(gone)")
    }
}
