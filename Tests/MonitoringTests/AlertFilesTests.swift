import Foundation
import Testing

@testable import Monitoring

@Suite struct AlertFilesTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let folder = root.appendingPathComponent("alerts")
    private static let ruleFiles = AlertRules.files().map(\.path).filter { $0.hasSuffix(".rules.yaml") }

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    /// The files in `alerts/tests`, each with its text.
    static func testFiles() throws -> [(path: String, text: String)] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("tests").path)
            .filter { $0.hasSuffix(".yaml") }.sorted().map { ("tests/\($0)", try text("alerts/tests/\($0)")) }
    }

    /// `RECORD_MONITORING=1` writes them anew.
    @Test func checkedInFilesAreWhatIsRendered() throws {
        let records = ProcessInfo.processInfo.environment["RECORD_MONITORING"] != nil
        for (path, text) in AlertRules.files() {
            let file = Self.root.appendingPathComponent(path)
            if records { try text.write(to: file, atomically: true, encoding: .utf8) }
            #expect(try String(contentsOf: file, encoding: .utf8) == text, "\(path)")
        }
    }

    @Test func everyAlertHasARunbook() throws {
        for name in Set(AlertRules.alerts.map(\.name)).sorted() {
            let text = try? Self.text("alerts/runbooks/\(name).md")
            #expect(text?.hasPrefix("# \(name)\n") == true, "alerts/runbooks/\(name).md")
        }
    }

    @Test func everyAlertIsNamedByTwoTestsAndOneOfThemRendersIt() throws {
        let files = try Self.testFiles().map(\.text)
        let tests = files.flatMap { $0.components(separatedBy: "\n  - name: ").dropFirst() }
        for name in Set(AlertRules.alerts.map(\.name)).sorted() {
            let naming = tests.filter { $0.contains("alertname: \(name)") || $0.contains("alertname=\"\(name)\"") }
            #expect(naming.count >= 2, "\(name)")
            let rendered = naming.filter { $0.contains("alertname: \(name)\n") && $0.contains("exp_annotations:") }
            #expect(!rendered.isEmpty, "\(name)")
        }
    }

    /// The first rule of each name: others of that name are spoken of in its row.
    @Test func theTableInTheDocsSaysHowGraveAndHowLong() throws {
        let rows = try Self.text("docs/alerts.md").split(separator: "\n")
        var seen: Set<String> = []
        for alert in AlertRules.alerts where seen.insert(alert.name).inserted {
            let link = "[\(alert.name)](../alerts/runbooks/\(alert.name).md)"
            let start = "| \(link) | \(alert.severity.rawValue) | \(alert.wait ?? "at once") | "
            #expect(rows.count { $0.hasPrefix(start) } == 1, "\(start)")
        }
    }

    @Test func everyMetricThatIsAskedForIsInTheDocs() throws {
        let documented = try Self.text("docs/metrics.md")
        let suffixes = ["_bucket", "_count", "_sum"]
        let metric = /\b(?:mcp_registry|mcp_sessiond|process)_[a-z_]+/
        for rule in AlertRules.expressions {
            // The names of recorded series hold those of metrics.
            for name in rule.expression.replacing(AlertRules.recordedName, with: "").matches(of: metric) {
                let family = suffixes.reduce(String(name.output)) {
                    $0.hasSuffix($1) ? String($0.dropLast($1.count)) : $0
                }
                let isLabel = rule.expression.contains("{\(name.output)")
                #expect(documented.contains("| `\(family)` |") || isLabel, "\(rule.name): \(name.output)")
            }
        }
    }

    // MARK: - By Prometheus' and Alertmanager's own word

    @Test func prometheusTakesTheRules() async throws {
        for file in Self.ruleFiles {
            let answer = try await Tool.promtool.run(["check", "rules", file], in: Self.root)
            #expect(answer.isSuccess, "\(answer.output)")
        }
    }

    @Test func alertmanagerTakesTheExample() async throws {
        let answer = try await Tool.amtool.run(["check-config", "alertmanager.example.yaml"], in: Self.folder)
        #expect(answer.isSuccess, "\(answer.output)")
    }
}
