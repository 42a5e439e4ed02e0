import Exposition
import Foundation
import FoundationNetworking
import Lab

/// A Prometheus of our own that scrapes one daemon each second, with the alerts that are shipped. It is gone with `end()`.
struct PrivatePrometheus: Sendable {
    /// One series of an answer: its labels.
    typealias Series = [String: String]

    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    private let process = Process()
    private let folder: TemporaryFolder
    let port: UInt16

    init(scraping target: String, rules: [(path: String, text: String)]) throws {
        folder = try temporaryFolder(prefix: "prometheus")
        let configuration = """
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: ["\(folder.path)/alerts/*.rules.yaml"]
            scrape_configs:
              - job_name: mcp-sessiond
                static_configs: [{targets: ["\(target)"], labels: {cluster: test}}]

            """
        try configuration.write(toFile: folder.file("prometheus.yml"), atomically: true, encoding: .utf8)
        try FileManager.default.createDirectory(atPath: folder.file("alerts"), withIntermediateDirectories: true)
        for rule in rules { try rule.text.write(toFile: folder.file(rule.path), atomically: true, encoding: .utf8) }
        _ = FileManager.default.createFile(atPath: folder.file("log"), contents: nil)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "prometheus", "--config.file=\(folder.file("prometheus.yml"))",
            "--storage.tsdb.path=\(folder.file("data"))",
            "--web.listen-address=127.0.0.1:0",
        ]
        process.standardOutput = FileHandle(forWritingAtPath: folder.file("log"))
        process.standardError = process.standardOutput
        try process.run()
        let pid = process.processIdentifier
        var port: UInt16?
        try waitUntil("Prometheus to listen (apt-get install prometheus)") {
            port = Self.listeningPort(of: pid)
            return port != nil
        }
        self.port = port ?? 0
    }

    /// Waits until it answers questions: it listens earlier.
    func waitUntilReady() async throws {
        guard let url = URL(string: "http://127.0.0.1:\(port)/-/ready") else { return }
        try await waitUntil("Prometheus to be ready") {
            let response = try? await URLSession.shared.data(from: url).1
            return (response as? HTTPURLResponse)?.statusCode == 200
        }
    }

    func end() {
        process.terminate()
        process.waitUntilExit()
        folder.remove()
    }

    /// The series that a query gives now.
    func query(_ expression: String) async throws -> [Series] {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        let escaped = expression.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
        let answer = try await get("query?query=\(escaped)")
        guard answer["status"] == "success", let result = answer["data"]?["result"]?.array else {
            throw Refused(description: "\(expression): \(answer.compact)")
        }
        return result.map { series in
            var labels: Series = [:]
            for (name, value) in series["metric"]?.object ?? [] { labels[name] = value.string }
            return labels
        }
    }

    /// What it holds of its targets.
    func targets() async throws -> [JSONValue] { try await get("targets")["data"]?["activeTargets"]?.array ?? [] }

    private func get(_ path: String) async throws -> JSONValue {
        guard let url = URL(string: "http://127.0.0.1:\(port)/api/v1/\(path)") else {
            throw Refused(description: "no address: \(path)")
        }
        let (data, _) = try await URLSession.shared.data(from: url)
        return try JSONValue(parsing: Array(data))
    }

    /// The port that the kernel chose for it; nil while it does not listen.
    private static func listeningPort(of pid: Int32) -> UInt16? {
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")) ?? []
        let sockets = Set(
            descriptors.compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\($0)")
            })
        for line in ((try? String(contentsOfFile: "/proc/\(pid)/net/tcp", encoding: .utf8)) ?? "").split(
            separator: "\n")
        {
            // Number, local address, remote address, state (0A listens), ..., inode.
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[3] == "0A", sockets.contains("socket:[\(fields[9])]") else { continue }
            return fields[1].split(separator: ":").last.flatMap { UInt16($0, radix: 16) }
        }
        return nil
    }
}
