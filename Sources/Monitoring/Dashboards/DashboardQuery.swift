/// A query of a dashboard in plain PromQL, with all variables set to everything.
public struct DashboardQuery: Sendable {
    /// The dashboard's `uid`.
    public let dashboard: String
    /// The panel's title, or the annotation's name.
    public let panel: String
    /// The PromQL without variables.
    public let expression: String
    /// The labels that the legend or the table shows. Each series must have them, though they may be empty.
    public let labels: [String]
    /// The reason why a healthy system may answer with no series; nil if there always is one.
    public let absence: String?
}
