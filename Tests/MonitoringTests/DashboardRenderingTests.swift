import Exposition
import Testing

@testable import Monitoring

@Suite struct DashboardRenderingTests {
    private static let scope = #"cluster=~"$cluster", job=~"$job", instance=~"$instance""#
    private static let nodes = scope + ##", node_id=~"$node", node_id=~"$workload\##(Variable.nodeSuffix)""##

    @Test(arguments: [
        (PromQL.select("up"), "up{\(scope)}"),
        (
            PromQL.seen(.sessions, where: #"state="owned""#, by: "node_id"),
            "sum by (node_id) (max by (cluster, job, node_id, state) (mcp_registry_sessions{\(nodes), "
                + #"state="owned"}))"#
        ),
        (
            PromQL.seen(.sessionAge, by: "le"),
            "sum by (le) (max by (cluster, job, le) (mcp_registry_session_age_seconds_bucket{\(scope)}))"
        ),
        (
            PromQL.seen(.nodeRestarts, .increase("1h", ago: "1d")),
            "sum(max by (cluster, job, node_id) (increase(mcp_registry_node_restarts_total{\(nodes)}[1h] offset 1d)))"
        ),
        (
            PromQL.seen("min", of: .nodeUp, by: "node_id"),
            "min by (node_id) (max by (cluster, job, node_id) (mcp_registry_node_up{\(nodes)}))"
        ),
        (PromQL.sum("a_total", .rate, by: "b", "c"), "sum by (b, c) (rate(a_total{\(scope)}[$__rate_interval]))"),
        (PromQL.min("a"), "min(a{\(scope)})"),
        (
            PromQL.quantile(0.9, of: "a_seconds", by: "b"),
            "histogram_quantile(0.9, sum by (b, le) (rate(a_seconds_bucket{\(scope)}[$__rate_interval])))"
        ),
        (PromQL.named("sum by (b) (a)", "b"), #"label_replace(sum by (b) (a), "b", "not known", "b", "")"#),
        (
            PromQL.firing(#"severity="critical""#),
            #"ALERTS{alertstate="firing", cluster=~"$cluster|", job=~"$job|", severity="critical"}"#
        ),
    ]) func queriesKeepTheRulesOfAggregation(query: String, expected: String) {
        #expect(query == expected)
    }

    @Test func panelsAreWrappedWhereTheGridIsFull() {
        let panel = { (size: Panel.Size) in Panel("t", "d", .stat, unit: .none, size: size) }
        let dashboard = Dashboard(
            uid: "u", title: "t", description: "d", from: "now-1h",
            rows: [Row("a", panel(.sixth), panel(.twoThirds), panel(.half)), Row("b", panel(.full))])
        let positions = dashboard.positions
        #expect(positions.map(\.heading) == [.at(0, 0, 24, 1), .at(0, 17, 24, 1)])
        #expect(
            positions.map(\.panels) == [
                [.at(0, 1, 4, 4), .at(4, 1, 16, 8), .at(0, 9, 12, 8)], [.at(0, 18, 24, 8)],
            ])
    }

    @Test func aPanelIsRenderedWhole() {
        let panel = Panel(
            "Up", "Whether it is up.", .stat, unit: .none, thresholds: .low(yellow: 0.5, green: 1), size: .eighth,
            decimals: 0, mappings: ValueMapping.up, alert: "McpAllNodesDown",
            Target("up", "{{instance}} of {{job}}"))
        let json = panel.json(id: 7, at: .at(3, 1, 3, 4), runbooks: "https://r")
        let source: JSONValue = ["type": "prometheus", "uid": "${datasource}"]
        #expect(
            json == [
                "datasource": source, "description": "Whether it is up.",
                "fieldConfig": [
                    "defaults": [
                        "color": ["mode": "thresholds"], "custom": [:], "decimals": 0,
                        "mappings": [
                            [
                                "type": "value",
                                "options": [
                                    "0": ["color": "red", "index": 0, "text": "down"],
                                    "1": ["color": "green", "index": 1, "text": "up"],
                                ],
                            ]
                        ], "min": 0, "noValue": "no data",
                        "thresholds": [
                            "mode": "absolute",
                            "steps": [
                                ["color": "red", "value": nil], ["color": "yellow", "value": 0.5],
                                ["color": "green", "value": 1],
                            ],
                        ], "unit": "none",
                    ], "overrides": [],
                ], "gridPos": ["h": 4, "w": 3, "x": 3, "y": 1], "id": 7,
                "links": [
                    [
                        "targetBlank": true, "title": "Runbook: McpAllNodesDown",
                        "url": "https://r/alerts/runbooks/McpAllNodesDown.md",
                    ]
                ],
                "options": [
                    "colorMode": "value", "graphMode": "none", "justifyMode": "auto", "orientation": "auto",
                    "reduceOptions": ["calcs": ["lastNotNull"], "fields": "", "values": false], "textMode": "value",
                ],
                "targets": [
                    [
                        "datasource": source, "editorMode": "code", "expr": "up", "format": "time_series",
                        "instant": true, "legendFormat": "{{instance}} of {{job}}", "range": false, "refId": "A",
                    ]
                ], "title": "Up", "transformations": [], "type": "stat",
            ])
    }

    @Test func aTableShowsItsColumnsUnderTheirHeadings() {
        let kind = PanelKind.table([
            Column("node_id", "Node"), Column(target: 1, nil), Column(target: 2, "Age", unit: .seconds),
        ])
        #expect(
            kind.transformations == [
                ["id": "merge", "options": [:]],
                [
                    "id": "organize",
                    "options": [
                        "excludeByName": ["Time": true, "Value #B": true],
                        "indexByName": ["node_id": 0, "Value #C": 1],
                        "renameByName": ["node_id": "Node", "Value #C": "Age"],
                    ],
                ],
            ])
    }

    @Test func queriesNameTheirLabelsAndHoldNoVariables() throws {
        let queries = Dashboards.queries
        #expect(Set(queries.map(\.dashboard)) == Set(DashboardDocument.uids))
        let query = try #require(queries.first { $0.panel == "Age of sessions" })
        let everything = #"cluster=~".*", job=~".*", instance=~".*""#
        #expect(
            query.expression
                == "sum by (le) (max by (cluster, job, le) (mcp_registry_session_age_seconds_bucket{\(everything)}))")
        #expect(query.labels == ["le"])
        #expect(query.absence == nil)
        #expect(queries.allSatisfy { !$0.expression.contains("$") && $0.absence != "" })
    }
}

extension GridPosition {
    fileprivate static func at(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> GridPosition {
        GridPosition(x: x, y: y, width: width, height: height)
    }
}
