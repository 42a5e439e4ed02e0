import Exposition
import Foundation
import Lab

/// A Prometheus of our own that scrapes one daemon each second, with the alerts that are shipped. It is gone with `end()`.
struct PrivatePrometheus: Sendable {
    /// One series of an answer: its labels.
    typealias Series = [String: String]

    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    private let process: ListeningProcess
    private let folder: TemporaryFolder

    init(scraping target: String, rules: [(path: String, text: String)]) throws {
        folder = try TemporaryFolder(prefix: "prometheus")
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
        process = try ListeningProcess(
            [
                "prometheus", "--config.file=\(folder.file("prometheus.yml"))",
                "--storage.tsdb.path=\(folder.file("data"))", "--web.listen-address=127.0.0.1:0",
            ], package: "prometheus", log: folder.file("log"))
    }

    /// Waits until it answers questions: it listens earlier.
    func waitUntilReady() throws {
        try waitUntil("Prometheus to be ready") { (try? process.get("/-/ready"))?.status == 200 }
    }

    func end() {
        process.end()
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
        try JSONValue(parsing: process.get("/api/v1/\(path)").body)
    }
}
