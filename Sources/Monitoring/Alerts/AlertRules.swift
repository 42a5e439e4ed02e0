// Monitoring: the shipped Prometheus alerts and Grafana dashboards. `AlertRules` and `Dashboards` render them as files;
// the rules are in `RuleGroup+*.swift`, the panels in `Dashboard+*.swift`.

/// The shipped rules, as files for Prometheus 2.40 and newer and for Alertmanager.
public enum AlertRules {
    /// The label matcher of our own `up` and `process_*` series: the job's name, perhaps with a namespace before it.
    public static let standardSelector = #"job=~"(.*/)?mcp-sessiond""#

    /// Renders the files, each with its path under the repository's root. `selector` matches our own `up` and
    /// `process_*` series; `runbooks` is the URL that contains `alerts/runbooks/`; `dashboards` is the URL of Grafana,
    /// empty for links that are only paths.
    public static func files(
        selector: String = standardSelector, runbooks: String = Dashboards.standardRunbooks, dashboards: String = ""
    ) -> [(path: String, text: String)] {
        let links = AlertLinks(runbooks: runbooks, dashboards: dashboards)
        func text(_ about: String, _ groups: [RuleGroup]) -> String {
            about + "groups:\n" + groups.map { $0.yaml(links) }.joined(separator: "\n")
        }
        return [
            ("alerts/mcp-sessiond.rules.yaml", text(aboutRules, RuleGroup.standard(selector))),
            ("alerts/mcp-sessiond-budget.rules.yaml", text(aboutBudget, [RuleGroup.budget])),
            ("alerts/alertmanager.example.yaml", Alertmanager.example),
        ]
    }

    private static let aboutRules = """
        # Recording rules and alerts of mcp-sessiond. Made by `mcp-sessiond alerts export`.
        #
        # critical pages somebody: requests fail, or nobody can see whether they do. warning is a ticket. info explains
        # other alerts. Each cluster and job is a registry of its own. All instances show the same mcp_registry_*
        # values, so the largest is taken; each counts its own mcp_sessiond_* values, which are added up.

        """

    private static let aboutBudget = """
        # The error budget of requests that name a session; optional. It needs mcp-sessiond.rules.yaml beside it, and
        # the proxy's count of requests: adapt the rule cluster:mcp_session_requests:rate5m to your proxy and service.
        # The objective is to serve 99.9 % of the requests; the windows are those of the SRE workbook.

        """
}
