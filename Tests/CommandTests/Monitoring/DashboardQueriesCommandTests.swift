import Foundation
import Lab
import Monitoring
import TestSupport
import Testing

/// Every query of every dashboard against a real Prometheus that scrapes a real daemon, while nodes die, drain and restart
/// and stickiness breaks.
@Suite(.ownThreads) struct DashboardQueriesCommandTests {
    /// What is still missing of a query: nil where it gives series, and each label that its legend shows is on one.
    private static func lack(of query: DashboardQuery, _ prometheus: PrivatePrometheus) async throws -> String? {
        let series = try await prometheus.query(query.expression)
        let lacking = query.labels.filter { label in !series.contains { $0[label] != nil } }
        if series.isEmpty { return "\(query.dashboard), \(query.panel): no series: \(query.expression)" }
        return lacking.isEmpty ? nil : "\(query.dashboard), \(query.panel): no label \(lacking): \(query.expression)"
    }

    @Test func `each panel shows something while things happen to a cluster`() async throws {
        let demo = try Program(["demo"])
        defer { demo.end() }
        var target = ""
        try waitUntil("the demo's daemon to listen") {
            guard let match = demo.output.firstMatch(of: #/http:\/\/(127\.0\.0\.1:[0-9]+)/#) else { return false }
            target = String(match.1)
            return true
        }
        let prometheus = try PrivatePrometheus(scraping: target, rules: AlertRules.files())
        defer { prometheus.end() }
        try prometheus.waitUntilReady()

        let queries = Dashboards.queries
        // What may have no series in a healthy system must at least be understood.
        for query in queries
        where query.absence != nil { _ = try await prometheus.query(query.expression) }
        var waiting = queries.filter { $0.absence == nil }
        #expect(waiting.count > 80)
        var lacks: [String] = []
        do {
            try await waitUntil(deadline: 300, "all panels to show something") {
                var left: [DashboardQuery] = []
                lacks = []
                for query in waiting {
                    guard let lack = try await Self.lack(of: query, prometheus) else { continue }
                    left.append(query)
                    lacks.append(lack)
                }
                waiting = left
                return left.isEmpty
            }
        } catch {
            Issue.record("\(lacks.joined(separator: "\n"))")
        }
        let targets = try await prometheus.targets()
        #expect(targets.count == 1)
        #expect(targets.first?["health"] == "up" && targets.first?["lastError"] == "")
    }
}
