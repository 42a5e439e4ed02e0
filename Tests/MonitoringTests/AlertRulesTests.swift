import Testing

@testable import Monitoring

@Suite struct AlertRulesTests {
    private static let budget = "McpSessionErrorBudgetBurn"

    /// Dashboards, runbooks and people's own routes hang on these names.
    @Test func theNamesOfTheAlerts() {
        let expected = [
            "critical": [
                "McpSessiondDown", "McpRegistryUnreachable", "McpRegistryViewStale", "McpAllNodesDown",
                "McpRequestsMisrouted", "McpClientsStuck", "McpCleanedSessionRequested",
                "McpRemovedSessionInUse", Self.budget,
            ],
            "warning": [
                "McpSessiondInstanceDown", "McpSessiondViewStale", "McpNodeDownWithSessions", "McpNodeRestartLoop",
                "McpUnknownSessionRequests", "McpSessionsVanished", "McpRegistryEvictingKeys", "McpOrphansPilingUp",
                "McpCleanupSuspended", "McpCleanupNotRunning", "McpCleanupLeaseHolders", "McpEventsLost",
                "McpEventLinesRejected", "McpEventLagHigh", "McpLogReadingBehind", "McpNodeCountDrift",
                "McpNodeSuspect", "McpNodesMissing", "McpNodeSilentButWorking", "McpNodeNameShared", "McpMalformedKeys",
                "McpSessionsWithoutExpiry", "McpSessiondClockSkew", "McpSessiondResyncing", "McpSessiondConfigInvalid",
                Self.budget,
            ],
            "info": ["McpReconnectionStorm", "McpSessiondLabelOverflow", "McpOrphansPilingUp"],
        ]
        for severity in Severity.allCases {
            let names = Set(AlertRules.alerts.filter { $0.severity == severity }.map(\.name))
            #expect(names == Set(expected[severity.rawValue] ?? []), "\(severity)")
        }
    }

    @Test func everyAlertSaysWhatItIs() {
        let dashboards = Set(Dashboards.all.map(\.uid))
        for alert in AlertRules.alerts {
            #expect(!alert.summary.isEmpty && alert.description.hasSuffix("."), "\(alert.name)")
            #expect(!alert.why.isEmpty, "\(alert.name)")
            #expect(dashboards.contains(alert.dashboard), "\(alert.name)")
            // What was measured, beside its limit; a target that is down, or a clock that is off, is named instead.
            #expect(alert.description.contains("$value") || alert.name.contains("Down"), "\(alert.name)")
        }
    }

    /// Two rules of one name must differ in a label, or Alertmanager takes one for the other.
    @Test func noTwoAlertsAreAlike() {
        let keys = AlertRules.alerts.map { alert in
            "\(alert.name) \(alert.severity) \(alert.labels.map { "\($0.name)=\($0.value)" })"
        }
        #expect(Set(keys).count == keys.count)
    }

    /// `level:metric:operations`, where the level is the labels that are kept.
    @Test func recordedSeriesAreNamedByWhatTheyAre() throws {
        let recordings = RuleGroup.all(AlertRules.standardSelector).flatMap(\.recordings)
        #expect(Set(recordings.map(\.name)).count == recordings.count)
        for recording in recordings {
            let parts = recording.name.split(separator: ":")
            #expect(parts.count == 3 && parts[0].hasPrefix("cluster"), "\(recording.name)")
            #expect(!recording.meaning.isEmpty, "\(recording.name)")
        }
        let names = Set(recordings.map(\.name))
        for rule in AlertRules.expressions {
            for used in rule.expression.matches(of: AlertRules.recordedName) {
                #expect(names.contains(String(used.output)), "\(rule.name): \(used.output)")
            }
        }
    }

    /// Two clusters, or two jobs, are two registries. The proxy's count alone knows no job of ours.
    @Test func everythingIsToldApartByClusterAndJob() {
        for rule in AlertRules.expressions where rule.name != "cluster:mcp_session_requests:rate5m" {
            let kept = rule.expression.matches(of: /\b(?:by|on) \(([^)]*)\)/).map { String($0.output.1) }
            let isApart = kept.allSatisfy {
                $0.hasPrefix("cluster, job") || $0 == "cluster" && rule.name.contains("ratio_rate")
            }
            #expect(isApart, "\(rule.name): \(kept)")
        }
    }

    @Test func inhibitionsNameAlertsThatAre() {
        let names = Set(AlertRules.alerts.map(\.name))
        for inhibition in Inhibition.standard {
            #expect(names.contains(inhibition.cause), "\(inhibition.cause)")
            for effect in inhibition.effects { #expect(names.contains(effect), "\(effect)") }
            #expect(inhibition.equal.starts(with: ["cluster", "job"]), "\(inhibition.cause)")
        }
    }

    /// Of one node alone: another one may be down, or loop, beside it.
    @Test func whatFollowsFromANodesFlagIsNotToldBesideIt() throws {
        let expected = [
            "McpNodeSilentButWorking": ["McpNodeDownWithSessions"],
            "McpNodeNameShared": ["McpNodeRestartLoop", "McpNodeSuspect", "McpNodeCountDrift"],
            "McpNodeSuspect": ["McpNodeCountDrift"],
        ]
        for (cause, effects) in expected {
            let inhibitions = Inhibition.standard.filter { $0.cause == cause }
            #expect(inhibitions.map(\.effects) == [effects], "\(cause)")
            #expect(inhibitions.allSatisfy { $0.equal == ["cluster", "job", "node_id"] }, "\(cause)")
            for name in [cause] + effects {
                let alert = try #require(AlertRules.alerts.first { $0.name == name })
                #expect(alert.expression.contains("by (cluster, job, node_id)"), "\(name)")
            }
        }
    }

    @Test func whoWouldRestartAWorkingNodeIsToldNotToFirst() throws {
        let waits = try ["McpNodeSilentButWorking", "McpNodeDownWithSessions"].map { name in
            try #require(AlertRules.alerts.first { $0.name == name }?.wait)
        }
        #expect(waits == ["2m", "5m"])
    }

    @Test func addressesAndSelectorAreWhatIsAskedFor() throws {
        let files = AlertRules.files(
            selector: #"namespace="mcp""#, runbooks: "https://wiki.example/mcp", dashboards: "https://grafana.example")
        let rules = try #require(files.first).text
        #expect(rules.contains(#"absent(up{namespace="mcp"})"#))
        #expect(!rules.contains(AlertRules.standardSelector))
        #expect(rules.contains("runbook_url: 'https://wiki.example/mcp/alerts/runbooks/McpSessiondDown.md'"))
        #expect(rules.contains("dashboard_url: 'https://grafana.example/d/mcp-sessiond-self?from=now-6h"))
        #expect(!rules.contains("github.com"))
    }

    @Test func aRuleAsItIsWritten() {
        let group = RuleGroup(
            name: "g", recordings: [RecordingRule("cluster_job:x:sum", "What it is.", "sum by (cluster, job) (x)")],
            alerts: [
                AlertingRule(
                    "A", .info, wait: nil, why: "Since it is so.", labels: [("window", "1h")],
                    expression: "x > 0\nand\ny", summary: "It's {{ $value }}",
                    description: String(repeating: "ten chars ", count: 10)
                        + "{{ with $labels.cluster }} kept {{ end }} end.")
            ])
        let expected = """
              - name: g
                rules:
                  # What it is.
                  - record: cluster_job:x:sum
                    expr: sum by (cluster, job) (x)

                  # Since it is so.
                  - alert: A
                    expr: |-
                      x > 0
                      and
                      y
                    labels:
                      severity: info
                      window: '1h'
                    annotations:
                      summary: 'It''s {{ $value }}'
                      description: >-
                        ten chars ten chars ten chars ten chars ten chars ten chars ten chars ten chars \
            ten chars ten chars
                        {{ with $labels.cluster }} kept {{ end }} end.
                      runbook_url: 'R/alerts/runbooks/A.md'
                      dashboard_url: 'D/d/mcp-sessions?from=now-6h\
            {{ with $labels.cluster }}&var-cluster={{ . | urlquery }}{{ end }}\
            {{ with $labels.job }}&var-job={{ . | urlquery }}{{ end }}'

            """
        #expect(group.yaml(AlertLinks(runbooks: "R", dashboards: "D")) == expected)
    }
}

extension AlertRules {
    static let alerts = RuleGroup.all(standardSelector).flatMap(\.alerts)

    /// Every rule's name and expression.
    static let expressions: [(name: String, expression: String)] = RuleGroup.all(standardSelector).flatMap { group in
        group.recordings.map { ($0.name, $0.expression) } + group.alerts.map { ($0.name, $0.expression) }
    }

    static var recordedName: Regex<Substring> { /\b\w+:\w+:\w+/ }
}
