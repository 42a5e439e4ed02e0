/// How a panel is drawn.
enum PanelKind: Sendable {
    /// One large number as of now, coloured by its threshold.
    case stat
    /// Lines over time.
    case lines
    /// Areas on top of each other, whose sum means something.
    case stacked
    /// Bars on top of each other, for what comes in jerks.
    case bars
    /// A coloured bar for each series that says which state it was in and when.
    case stateTimeline
    /// Cells as dark as their bucket of a histogram is full.
    case heatmap
    /// Rows as of now, a column for each label or target.
    case table([Column])
    /// A table of one label against another, with a heading for both.
    case matrix(rows: String, columns: String, heading: String)

    /// Grafana's name of the panel plugin.
    var plugin: String {
        switch self {
        case .stat: "stat"
        case .lines, .stacked, .bars: "timeseries"
        case .stateTimeline: "state-timeline"
        case .heatmap: "heatmap"
        case .table, .matrix: "table"
        }
    }

    /// Whether only the present is asked for, not the whole range of time. A number that is not there now is not shown
    /// as it last was.
    var isInstant: Bool {
        switch self {
        case .stat, .table, .matrix: true
        case .lines, .stacked, .bars, .stateTimeline, .heatmap: false
        }
    }

    /// The form in which Prometheus' answer is handed to the panel.
    var format: String {
        switch self {
        case .heatmap: "heatmap"
        case .table, .matrix: "table"
        case .stat, .lines, .stacked, .bars, .stateTimeline: "time_series"
        }
    }
}
