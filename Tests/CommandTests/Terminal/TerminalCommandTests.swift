import Exposition
import Foundation
import Lab
import Redis
import Testing

/// What a person sees who types a verb: on a terminal of its own (`script` of util-linux makes one), or not.
@Suite struct TerminalCommandTests {
    private static func fill(_ redis: inout RedisConnection) throws {
        _ = try redis.command(["SET", "mcp:node:node-1", "alive"])
        _ = try redis.command(["SET", "mcp:session:some-session", #"{"node":"node-1"}"#, "EX", "600"])
    }

    /// What the terminal was sent.
    private static func typed(
        _ arguments: [String], on daemon: RunningDaemon, environment: [String: String] = [:]
    ) async throws -> String {
        let folder = try TemporaryFolder(prefix: "terminal")
        defer { folder.remove() }
        let words = ([Program.path] + arguments + ["--server", daemon.server]).map { "'\($0)'" }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/script")
        process.arguments = ["-q", "-e", "-c", words.joined(separator: " "), folder.file("typescript")]
        let inherited = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("MCP_SESSIOND_") && $0.key != "NO_COLOR"
        }
        process.environment = inherited.merging(["TERM": "xterm", "SHELL": "/bin/sh"]) { $1 }.merging(environment) {
            $1
        }
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `colours appear on a terminal only, and not where they are not wanted`() async throws {
        try await withDaemon(fill: Self.fill) { daemon in
            for verb in [["status"], ["nodes"], ["sessions"], ["node", "node-1", "--drain"]] {
                let coloured = try await Self.typed(verb, on: daemon)
                #expect(coloured.contains("\u{1B}[32m"), "\(verb): \(coloured)")
                for unwanted in [["NO_COLOR": "1"], ["TERM": "dumb"]] {
                    let plain = try await Self.typed(verb, on: daemon, environment: unwanted)
                    #expect(!plain.contains("\u{1B}") && plain.contains("node-1") || verb == ["status"], "\(plain)")
                    #expect(!plain.contains("\u{1B}"))
                }
                // https://no-color.org: empty counts as not set.
                #expect(try await Self.typed(verb, on: daemon, environment: ["NO_COLOR": ""]).contains("\u{1B}[32m"))
                #expect(try await !daemon.run(verb).output.contains("\u{1B}"))
            }
        }
    }

    @Test func `a document for people is indented on a terminal, and coloured never`() async throws {
        try await withDaemon(fill: Self.fill) { daemon in
            let shown = try await Self.typed(["status", "-o", "json"], on: daemon)
            #expect(shown.hasPrefix("{\r\n  \"as_of\"") && !shown.contains("\u{1B}"), "\(shown)")
            let piped = try await daemon.run(["status", "-o", "json"]).output
            #expect(piped.split(separator: "\n").count == 1)
        }
    }

    @Test func `each query verb has every form of output, and repeats`() async throws {
        try await withDaemon(fill: Self.fill) { daemon in
            let listing = try JSONValue(parsing: Array(try await daemon.run(["sessions", "-o", "json"]).output.utf8))
            let ref = try #require(listing["data"]?[0]?["ref"]?.string)
            let verbs = [
                ["status"], ["nodes"], ["node", "node-1"], ["node", "node-1", "--drain"], ["sessions"],
                ["sessions", "--stuck"], ["sessions", "--misrouted"], ["explain", ref], ["misroutes"],
                ["cookie", "abc"], ["cleanup"], ["cleanup", "history"],
            ]
            for verb in verbs {
                let json = try JSONValue(parsing: Array(try await daemon.run(verb + ["-o", "json"]).output.utf8))
                #expect(json["data"] != nil && json["as_of"]?.string != nil, "\(verb)")
                let yaml = try await daemon.run(verb + ["-o", "yaml"])
                #expect(yaml.output.hasPrefix("as_of: ") && yaml.output.contains("\ndata:"), "\(verb): \(yaml)")
                let table = try await daemon.run(verb)
                #expect(table.output.split(separator: "\n").allSatisfy { $0.unicodeScalars.count <= 100 }, "\(verb)")
                let wide = try await daemon.run(verb + ["-o", "wide"])
                #expect(!wide.output.isEmpty && wide.status == table.status, "\(verb)")
                let program = try Program(verb + ["--watch", "0.2", "--server", daemon.server])
                defer { program.end() }
                try waitUntil("a second view of \(verb)") { program.output.contains("\n\n") }
            }
        }
    }
}
