/// Where an alert's text and picture are found.
struct AlertLinks: Sendable {
    /// The URL under which `alerts/runbooks/` is found.
    let runbooks: String
    /// The URL of Grafana; empty for a path alone.
    let dashboards: String

    func runbook(of alert: AlertingRule) -> String { "\(runbooks)/alerts/runbooks/\(alert.name).md" }

    /// A cluster or job that the alert does not name is left to the dashboard.
    func dashboard(of alert: AlertingRule) -> String {
        let choices = ["cluster", "job"].map { label in
            "{{ with $labels.\(label) }}&var-\(label)={{ . | urlquery }}{{ end }}"
        }
        return "\(dashboards)/d/\(alert.dashboard)?from=now-6h" + choices.joined()
    }
}
