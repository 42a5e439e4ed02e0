/// An alert of Prometheus: its condition, its severity and its texts.
struct AlertingRule: Sendable {
    let name: String
    let severity: Severity
    /// The reason for this threshold and this wait, which becomes a comment in the file.
    let why: String
    /// The condition in PromQL, which keeps its lines.
    let expression: String
    /// The time for which the condition must hold, as Prometheus writes it (`5m`); nil to fire at once.
    let wait: String?
    /// The labels beside `severity`, in order.
    let labels: [(name: String, value: String)]
    /// The `uid` of the dashboard that shows the problem best.
    let dashboard: String
    /// One line for a list of alerts. It and the description may use Prometheus' templates.
    let summary: String
    /// The measured value, its limit, and their meaning.
    let description: String

    init(
        _ name: String, _ severity: Severity, wait: String?, why: String, dashboard: Dashboard = .sessions,
        labels: [(name: String, value: String)] = [], expression: String, summary: String, description: String
    ) {
        self.name = name
        self.severity = severity
        self.wait = wait
        self.why = why
        self.dashboard = dashboard.uid
        self.labels = labels
        self.expression = expression
        self.summary = summary
        self.description = description
    }

    /// The alert in the rules file.
    func yaml(_ links: AlertLinks) -> String {
        var text = YAMLText.comment(why) + "      - alert: \(name)\n        expr: " + YAMLText.kept(expression)
        if let wait { text += "        for: \(wait)\n" }
        text += "        labels:\n          severity: \(severity.rawValue)\n"
        for label in labels { text += "          \(label.name): \(YAMLText.quoted(label.value))\n" }
        text += "        annotations:\n"
        text += "          summary: \(YAMLText.quoted(summary))\n"
        text += "          description: " + YAMLText.folded(description)
        text += "          runbook_url: \(YAMLText.quoted(links.runbook(of: self)))\n"
        text += "          dashboard_url: \(YAMLText.quoted(links.dashboard(of: self)))\n"
        return text
    }
}
