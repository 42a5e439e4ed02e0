/// One query of a dashboard as Prometheus takes it: the variables stand for everything.
public struct DashboardQuery: Sendable {
    /// The dashboard's `uid`.
    public let dashboard: String
    /// The panel's title, or the annotation's name.
    public let panel: String
    /// PromQL without variables.
    public let expression: String
    /// Labels that the legend, or the table, shows: each series must have them, though they may be empty.
    public let labels: [String]
    /// Why a healthy system may answer with no series; nil where there always is one.
    public let absence: String?
}

extension Dashboards {
    /// Every query of every panel, then those of the annotations, in the order of the dashboards.
    public static var queries: [DashboardQuery] {
        all.flatMap { dashboard in
            let panels = dashboard.panels.flatMap { panel in
                panel.targets.map { target in
                    DashboardQuery(
                        dashboard: dashboard.uid, panel: panel.title, expression: plain(target.query),
                        labels: target.labels, absence: target.absence)
                }
            }
            let annotations = Annotation.standard.map { annotation in
                DashboardQuery(
                    dashboard: dashboard.uid, panel: annotation.name, expression: plain(annotation.query),
                    labels: Target(annotation.query, annotation.text).labels, absence: "marks moments only")
            }
            return panels + annotations
        }
    }

    /// The query with everything chosen: a minute between points, the last hour in all.
    private static func plain(_ query: String) -> String {
        var query = query
        for (variable, value) in [
            ("$__rate_interval", "1m"), ("$__range", "1h"), ("$cluster", ".*"), ("$job", ".*"), ("$instance", ".*"),
        ] {
            query = query.replacing(variable, with: value)
        }
        return query
    }
}
