/// The way to draw a panel.
enum PanelKind: Sendable {
    /// One large number for the present, coloured by its threshold.
    case stat
    /// Lines over time.
    case lines
    /// Areas on top of each other, whose sum has a meaning.
    case stacked
    /// Bars on top of each other, for counts that come in bursts.
    case bars
    /// A bar for each series, whose colours show its states over time.
    case stateTimeline
    /// Cells that are the darker, the fuller their bucket of a histogram is.
    case heatmap
    /// Rows for the present, with a column for each label or target.
    case table([Column])
    /// A table of one label against another, with a heading for both.
    case matrix(rows: String, columns: String, heading: String)

    /// Grafana's name for the panel plugin.
    var plugin: String {
        switch self {
        case .stat: "stat"
        case .lines, .stacked, .bars: "timeseries"
        case .stateTimeline: "state-timeline"
        case .heatmap: "heatmap"
        case .table, .matrix: "table"
        }
    }

    /// True if it asks only for the present, not for the full range of time. An old number is never shown as a present
    /// one.
    var isInstant: Bool {
        switch self {
        case .stat, .table, .matrix: true
        case .lines, .stacked, .bars, .stateTimeline, .heatmap: false
        }
    }

    /// The form in which the panel gets Prometheus' answer.
    var format: String {
        switch self {
        case .heatmap: "heatmap"
        case .table, .matrix: "table"
        case .stat, .lines, .stacked, .bars, .stateTimeline: "time_series"
        }
    }
}
