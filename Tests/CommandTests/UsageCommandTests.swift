import Foundation
import Lab
import Testing

/// What needs no daemon.
@Suite struct UsageCommandTests {
    @Test(arguments: [
        ["--help"], ["--version"], ["status", "--help"], ["help", "sessions"],
        ["--generate-completion-script", "bash"],
    ])
    func `help is fine`(arguments: [String]) async throws {
        let outcome = try await Program.run(arguments)
        #expect(outcome.status == 0 && !outcome.output.isEmpty && outcome.errors.isEmpty)
    }

    @Test(arguments: [
        ["bogus"], ["status", "--bogus"], ["node"], ["status", "-o", "xml"], ["sessions", "--limit", "-1"], ["explain"],
        ["sessions", "--limit", "many"], ["nodes", "--watch", "0"], ["sessions", "--node", ""], ["node", ""],
        ["status", "--server", "ftp://h"],
        ["demo", "--listen", "0.0.0.0:0"], ["demo", "--listen", "nonsense"], ["serve", "--listen", "nonsense"],
        ["serve", "--config", "/nonexistent.yaml"], ["status", "--server", "http://user:secret@h"],
    ])
    func `usage is 2 and goes to standard error`(arguments: [String]) async throws {
        let outcome = try await Program.run(arguments)
        #expect(outcome.status == 2 && outcome.output.isEmpty && !outcome.errors.isEmpty, "\(outcome)")
        #expect(!outcome.errors.contains("secret"))
    }

    @Test(arguments: [["status"], ["nodes"], ["node", "x"], ["sessions"], ["explain", "s:0123456789abcdef"]])
    func `a daemon out of reach is 3`(verb: [String]) async throws {
        // A proxy that would answer must not be asked.
        let proxies = ["http_proxy": "http://127.0.0.1:2", "MCP_SESSIOND_SERVER": "http://127.0.0.1:1"]
        let outcome = try await Program.run(verb, environment: proxies)
        let line =
            "the daemon at http://127.0.0.1:1 is out of reach: connection refused; does it run there? (mcp-sessiond serve)\n"
        #expect(outcome == .init(status: 3, output: "", errors: line))
    }

    @Test func `a flag goes before the environment`() async throws {
        let outcome = try await Program.run(
            ["status", "--server", "127.0.0.1:1"], environment: ["MCP_SESSIOND_SERVER": "http://127.0.0.1:2"])
        #expect(outcome.status == 3 && outcome.errors.contains("127.0.0.1:1 "))
    }

    private func check(_ file: String, _ arguments: [String] = [], environment: [String: String] = [:]) async throws
        -> (
            outcome: Program.Outcome, path: String
        )
    {
        let folder = try TemporaryFolder(prefix: "command")
        defer { folder.remove() }
        let path = folder.file("sessiond.yaml")
        try file.write(toFile: path, atomically: true, encoding: .utf8)
        return (try await Program.run(["check-config", "--config", path] + arguments, environment: environment), path)
    }

    @Test func `each mistake is a line with its place`() async throws {
        let (outcome, path) = try await check("nodes:\n  dead_aftr: 3s\n  unknown_after: 15 parsecs\n")
        let lines = """
            \(path):2:3: nodes.dead_aftr: unknown key: did you mean nodes.dead_after?
            \(path):3:18: nodes.unknown_after: "15 parsecs" is not a duration (500ms, 15s, 10m, 1h, 30d)

            """
        #expect(outcome == .init(status: 2, output: "", errors: lines))
    }

    @Test(arguments: [
        ("redis: {url: 'redis://127.0.0.1:99999/0'}\n", "1:14: redis.url: "),
        ("http:\n  tokens_file: /nonexistent\n", "2:16: http.tokens_file /nonexistent: "),
        ("redis: {tls: {ca_file: /nonexistent}}\n", "1:24: redis.tls.ca_file: "),
    ])
    func `what serve would refuse is found too`(file: String, place: String) async throws {
        let (outcome, path) = try await check(file)
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("\(path):\(place)"), "\(outcome.errors)")
    }

    @Test func `what is right is shown with its source`() async throws {
        let (outcome, path) = try await check(
            "watch: {scan_every: 7s}\n", ["--listen", "127.0.0.1:0", "-o", "wide"],
            environment: ["MCP_SESSIOND_LOG_LEVEL": "debug"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let rows = outcome.output.split(separator: "\n").map {
            $0.split(separator: " ", omittingEmptySubsequences: true)
        }
        #expect(rows.first == ["KEY", "VALUE", "SOURCE"])
        #expect(rows.contains(["watch.scan_every", "7s", Substring("\(path):1:21")]))
        #expect(rows.contains(["http.listen", "127.0.0.1:0", "--listen"]))
        #expect(rows.contains(["log.level", "debug", "MCP_SESSIOND_LOG_LEVEL"]))
        #expect(rows.contains(["nodes.dead_after", "15s", "default"]))
    }

    @Test func `the settings' table is a hundred columns at most, and no password is in it`() async throws {
        let (outcome, _) = try await check("redis: {url: 'redis://user:hunter2@127.0.0.1:6379/0'}\n")
        #expect(outcome.status == 0 && !outcome.output.contains("hunter2"))
        #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }
}
