/// One Grafana dashboard: what it is called, and its rows of panels from top to bottom.
struct Dashboard: Sendable {
    /// Stands in links and bookmarks, so it never changes.
    let uid: String
    let title: String
    /// For whom and for which moment it is.
    let description: String
    /// What a page begins with: `now-6h`.
    let from: String
    let rows: [Row]
}

extension Dashboard {
    /// The tag by which the three dashboards find each other.
    static let tag = "mcp-sessiond"

    /// Panels in their order with the row each stands in.
    var panels: [Panel] { rows.flatMap(\.panels) }
}
