import Exposition
import Foundation
import HTTP
import Lab

/// The settings of one daemon instance, as far as a world cares.
struct DaemonSettings: Sendable {
    /// Whether the settings have the names of before 2026-11-29, for a binary from before.
    private static let hasOldNames = ProcessInfo.processInfo.environment["ACCIDENT_OLD_NAMES"] != nil
    private static let rateName = hasOldNames ? "rate" : "max_keys_per_second"
    private static let skewName = hasOldNames ? "clock_skew" : "max_clock_skew"

    static let token = "accidents-0123456789abcdef"

    var mode = "delete"
    var deadAfter = 1.0
    var grace = 3.0
    var settle = 0
    var watchMode = "auto"
    var keysPerSecond = 200
    /// What stands under `registry`, in YAML's own form.
    var registry = ""
    /// Another database of the same server.
    var database = 0
    /// A Traefik access log.
    var accessLog: String?

    static func url(_ url: String, database: Int) -> String {
        database == 0 ? url : url.replacing("db=0", with: "db=\(database)")
    }

    func yaml(url: String, folder: TemporaryFolder) -> String {
        var lines = [
            "redis: {url: \"\(Self.url(url, database: database))\"}",
            "http: {listen: \"127.0.0.1:0\", tokens_file: \"\(folder.file("tokens"))\"}",
            "nodes: {dead_after: \(deadAfter)s, unknown_after: 1s, \(Self.skewName): 2s}",
            "watch: {mode: \(watchMode), scan_every: 1s, redis_share: 1.0}",
            """
            cleanup: {mode: \(mode), every: 1s, grace: \(grace)s, settle: \(settle)s, max_dead_fraction: 0.9, \
            \(Self.rateName): \(keysPerSecond)}
            """,
        ]
        if !registry.isEmpty { lines.append("registry: {\(registry)}") }
        let files = accessLog.map { "{path: \"\($0)\", format: traefik_json}" } ?? ""
        lines.append("events: {state_dir: \"\(folder.path)\", files: [\(files)]}")
        return lines.joined(separator: "\n") + "\n"
    }
}

/// One daemon instance as a process, or one `cleanup --once`.
struct AccidentDaemon: Sendable {
    private let folder: TemporaryFolder
    private let process: WatchedProcess
    private let port: Int

    var url: String { "http://127.0.0.1:\(port)" }

    /// It listens when this returns.
    init(_ settings: DaemonSettings, store: String, environment: [String: String] = [:]) throws {
        folder = try Self.folder(settings, store)
        let words = [Program.path, "serve", "--config", folder.file("config.yaml")]
        let process = try WatchedProcess(
            words, environment: environment, log: folder.file("log"), folder: folder.path)
        self.process = process
        let log = folder.file("log")
        var found: Int?
        do {
            try process.wait("mcp-sessiond") {
                found = (try? String(contentsOfFile: log, encoding: .utf8)).flatMap(DaemonLog.port)
                return found != nil
            }
        } catch {
            folder.remove()
            throw error
        }
        port = found ?? 0
    }

    /// To be called once.
    func end(_ number: Int32 = SIGTERM) {
        process.end(number)
        folder.remove()
    }

    func signal(_ number: Int32) {
        process.signal(number)
    }

    /// What it calls the node's status; nil where it does not know the node, or does not answer.
    func status(of node: String) -> String? {
        guard let url = try? HTTPServerURL(url),
            let answer = try? HTTPClient(url, seconds: 60).ask(.get, "/api/v1/nodes/\(node)"), answer.status == 200,
            let document = try? JSONValue(parsing: answer.body)
        else { return nil }
        return document["data"]?["status"]?.string
    }

    /// Waits until it has seen the nodes alive.
    func waitUntilAlive(_ nodes: [String]) throws {
        for node in nodes {
            try waitUntil("a daemon to see \(node) alive") { status(of: node) == "alive" }
        }
    }

    /// Says that a node is one of ours though no daemon ever saw it alive. Gives what the command wrote if it failed.
    func attest(_ node: String) async throws -> String? {
        let outcome = try await Program.run(
            ["cleanup", "attest", node, "--why", "a test", "--server", url],
            environment: ["MCP_SESSIOND_TOKEN": DaemonSettings.token])
        return outcome.status == 0 ? nil : outcome.errors
    }

    private static func folder(_ settings: DaemonSettings, _ store: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder(prefix: "accident")
        let yaml = settings.yaml(url: store, folder: folder)
        try yaml.write(toFile: folder.file("config.yaml"), atomically: true, encoding: .utf8)
        try "cleanup,read \(DaemonSettings.token)\n".write(
            toFile: folder.file("tokens"), atomically: true, encoding: .utf8)
        _ = unsafe chmod(folder.file("tokens"), 0o600)
        return folder
    }
}

extension AccidentDaemon {
    /// One run of `cleanup --once` under way.
    struct Once: Sendable {
        private let folder: TemporaryFolder
        private let process: WatchedProcess

        init(
            _ settings: DaemonSettings, store: String, arguments: [String] = ["--confirm"],
            environment: [String: String] = [:]
        ) throws {
            folder = try AccidentDaemon.folder(settings, store)
            let words = [Program.path, "cleanup", "--once", "--config", folder.file("config.yaml")] + arguments
            process = try WatchedProcess(words, environment: environment, log: folder.file("log"), folder: folder.path)
        }

        /// Waits for its end; after `seconds` it is ended. To be called once.
        func finish(within seconds: Double = 60) {
            _ = process.finish(within: seconds)
            folder.remove()
        }
    }
}
