/// The links of alerts to their runbooks and dashboards.
struct AlertLinks: Sendable {
    /// The URL that contains `alerts/runbooks/`.
    let runbooks: String
    /// The URL of Grafana; empty for links that are only paths.
    let dashboards: String

    func runbook(of alert: AlertingRule) -> String { "\(runbooks)/alerts/runbooks/\(alert.name).md" }

    /// The link to the alert's dashboard, with the cluster and job that the alert names.
    func dashboard(of alert: AlertingRule) -> String {
        let choices = ["cluster", "job"].map { label in
            "{{ with $labels.\(label) }}&var-\(label)={{ . | urlquery }}{{ end }}"
        }
        return "\(dashboards)/d/\(alert.dashboard)?from=now-6h" + choices.joined()
    }
}
