/// One alert of Prometheus: when it is raised, how grave it is, and what it says.
struct AlertingRule: Sendable {
    let name: String
    let severity: Severity
    /// Why this threshold and why this wait: a comment in the file.
    let why: String
    /// PromQL; its lines are kept.
    let expression: String
    /// How long the expression must hold, as Prometheus writes it (`5m`); nil: raised at once.
    let wait: String?
    /// Labels beside `severity`, in their order.
    let labels: [(name: String, value: String)]
    /// The `uid` of the dashboard that shows it best.
    let dashboard: String
    /// A line, as it stands in a list of alerts. Prometheus' templates work here and in the description.
    let summary: String
    /// What was measured, its limit, and what it means.
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
}
