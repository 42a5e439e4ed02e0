/// The rules that are shipped, as files for Prometheus 2.40 and newer and for Alertmanager.
public enum AlertRules {
    /// Says which `up` and `process_*` series are ours: the job's name, as the namespace may stand before it.
    public static let standardSelector = #"job=~"(.*/)?mcp-sessiond""#

    /// Each file: its path under the repository's root, and its text. `selector` are the label matchers of our own `up`
    /// and `process_*` series; `runbooks` is the URL under which `alerts/runbooks/` is found; `dashboards` is that of
    /// Grafana, empty for links that are paths alone.
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
        # critical pages: requests fail, or nobody sees whether they do. warning is a ticket. info explains others.
        # Everything is told apart by cluster and job: two of either are two registries. mcp_registry_* is what every
        # replica sees alike, so the largest is taken; mcp_sessiond_* is counted by each replica, and added up.

        """

    private static let aboutBudget = """
        # The error budget of requests that name a session; optional. Needs mcp-sessiond.rules.yaml beside it, and the
        # proxy's count of requests: change the rule cluster:mcp_session_requests:rate5m to the service, or the proxy,
        # that you have. 99.9 % of the requests are to be served; the windows are those of the SRE workbook.

        """
}
