import Exposition

/// The shipped dashboards, as files for Grafana 10 and newer.
public enum Dashboards {
    /// The URL of the runbooks, unless another one is given.
    public static let standardRunbooks = "https://github.com/mcp-sessiond/mcp-sessiond/blob/main"

    static let all: [Dashboard] = [.sessions, .selfWatch, .deploys]

    /// Renders each dashboard as a file, with its path under the repository's root. `runbooks` is the URL that contains
    /// `alerts/runbooks/`.
    public static func files(runbooks: String = standardRunbooks) -> [(path: String, text: String)] {
        all.map { ("dashboards/\($0.uid).json", $0.json(runbooks: runbooks).pretty + "\n") }
    }

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

    /// The query with everything chosen, a minute between points, and a range of one hour.
    private static func plain(_ query: String) -> String {
        var query = query
        for (variable, value) in [
            ("$__rate_interval", "1m"), ("$__range", "1h"), ("$cluster", ".*"), ("$job", ".*"), ("$instance", ".*"),
            ("$workload", ".*"), ("$node", ".*"),
        ] {
            query = query.replacing(variable, with: value)
        }
        return query
    }
}
