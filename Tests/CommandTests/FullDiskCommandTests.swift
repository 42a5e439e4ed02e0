import Exposition
import Foundation
import Lab
import Testing

@testable import mcp_sessiond

/// The real daemon where no file can grow any more: neither that of its positions, nor its own log.
@Suite struct FullDiskCommandTests {
    private static let id = "0b1f7a52-8f0e-4a55-9f0e-aa11bb22cc33"

    /// A node's log, and what the daemon that follows it keeps.
    private struct Disk {
        let redis: PrivateRedis
        let folder: TemporaryFolder

        init() throws {
            redis = try PrivateRedis()
            folder = try TemporaryFolder(prefix: "disk")
            var connection = try redis.connect()
            try beat()
            _ = try connection.command(["SET", "mcp:session:\(id)", "{\"node\":\"node-1\"}"])
            let settings = """
                redis: {url: "\(redis.url)"}
                events: {files: [{path: "\(folder.file("a.log"))"}], state_dir: "\(folder.file("state"))"}
                """
            try settings.write(toFile: folder.file("c.yaml"), atomically: true, encoding: .utf8)
            try "".write(toFile: folder.file("a.log"), atomically: true, encoding: .utf8)
        }

        /// Has the nodes write their heartbeats.
        func beat() throws {
            var connection = try redis.connect()
            for node in ["node-1", "node-2"] { _ = try connection.command(["SET", "mcp:node:\(node)", "alive"]) }
        }

        /// Writes one line: that client was refused.
        func log(_ client: String) throws {
            let fields: JSONValue = [
                "message": "session exists in registry but not on this node", "session_id": .string(id),
                "node": "node-2", "client": .string(client),
            ]
            let line: JSONValue = ["level": "WARN", "fields": fields, "target": "mcp_node"]
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.file("a.log")))
            defer { try? file.close() }
            _ = try file.seekToEnd()
            try file.write(contentsOf: Data((line.compact + "\n").utf8))
        }

        /// Whether the positions that are kept are where the log ends.
        func isKept() async throws -> Bool {
            let size = try FileManager.default.attributesOfItem(atPath: folder.file("a.log"))[.size] as? Int
            guard let text = FileManager.default.contents(atPath: folder.file("state/positions.json")) else {
                return false
            }
            return try JSONValue(parsing: Array(text))["files"]?[0]?["offset"]?.int == size
        }
    }

    /// One life of the daemon.
    private struct Life {
        let program: Program
        let client: DaemonClient

        init(_ disk: Disk) async throws {
            let program = try Program(["serve", "--config", disk.folder.file("c.yaml"), "--listen", "127.0.0.1:0"])
            try await waitUntil("the daemon to listen") { await Self.port(program) != nil }
            self.program = program
            client = try DaemonClient(server: "http://127.0.0.1:\(await Self.port(program) ?? 0)", token: nil)
        }

        private static func port(_ program: Program) async -> Int? { DaemonLog.port(in: program.errors) }

        /// The clients whose refused requests it has counted, the first one first.
        func counted() async -> [String] {
            guard let misroutes = try? await client.misroutes(limit: 20).data else { return [] }
            let clients = misroutes.recent.compactMap(\.client)
            return clients.count == misroutes.totals.sum ? clients.reversed() : []
        }

        func problem() async -> String? {
            try? await client.status().data.events.problems["positions"]
        }

        /// Has its files grow no further, as on a full disk; or lets them.
        func limitFiles(_ isLimited: Bool = true) throws {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/prlimit")
            let limit = isLimited ? "0" : "unlimited"
            process.arguments = ["--pid", "\(program.process.processIdentifier)", "--fsize=\(limit):unlimited"]
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }

        func kill() async {
            Foundation.kill(program.process.processIdentifier, SIGKILL)
            _ = await program.finish()
        }
    }

    @Test func `a full disk for the positions stops nothing, is said, and loses nothing`() async throws {
        let disk = try Disk()
        defer { disk.folder.remove() }
        var life = try await Life(disk)
        defer { life.program.end() }
        func log(_ client: String, _ all: [String]) async throws {
            try disk.log(client)
            try await waitUntil("\(all) to be counted") {
                try disk.beat()
                return await life.counted() == all
            }
        }
        try await log("first", ["first"])
        try await waitUntil("the positions to be kept") { try await disk.isKept() }

        // It fills up: the log is read on.
        try life.limitFiles()
        try await log("second", ["first", "second"])
        try await waitUntil("the fault to be said") { await life.problem() != nil }
        let path = disk.folder.file("state/positions.json")
        #expect(await life.problem() == "positions not written to \(path): File too large")
        let status = try await Program.run(["status", "--server", life.client.server])
        #expect(status.output.contains("  problem   positions: positions not written to "), "\(status.output)")
        try await log("third", ["first", "second", "third"])
        #expect(try await disk.isKept() == false)

        // Killed at that, it begins where the positions are that it could keep.
        await life.kill()
        life = try await Life(disk)
        try await log("fourth", ["second", "third", "fourth"])
        try await waitUntil("the positions to be kept") { try await disk.isKept() }

        // It fills up again, and is mended.
        try life.limitFiles()
        try await log("fifth", ["second", "third", "fourth", "fifth"])
        try await waitUntil("the fault to be said") { await life.problem() != nil }
        try life.limitFiles(false)
        try await waitUntil("the fault to be gone") {
            let isSaid = await life.problem() != nil
            let isKept = try await disk.isKept()
            return !isSaid && isKept
        }
        await life.kill()
        life = try await Life(disk)
        try await log("sixth", ["sixth"])
        await life.kill()
    }
}
