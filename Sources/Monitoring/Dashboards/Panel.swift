/// A panel of a dashboard: its queries, the way to draw them, and their meaning.
struct Panel: Sendable {
    /// The width and height of a panel, in cells of the grid.
    struct Size: Sendable {
        let width: Int
        let height: Int

        /// Eight numbers fit side by side.
        static let eighth = Size(width: 3, height: 4)
        /// Six numbers fit side by side.
        static let sixth = Size(width: 4, height: 4)
        static let quarter = Size(width: 6, height: 8)
        static let third = Size(width: 8, height: 8)
        static let half = Size(width: 12, height: 8)
        static let twoThirds = Size(width: 16, height: 8)
        static let full = Size(width: 24, height: 8)
    }

    let title: String
    /// The meaning of the panel, and what to do when it is red, in Markdown.
    let description: String
    let kind: PanelKind
    let unit: Unit
    let thresholds: Thresholds
    let size: Size
    /// The digits after the point; nil leaves them to Grafana.
    let decimals: Int?
    /// The beginning of the axis. Nothing that is counted is below 0.
    let minimum: Double?
    let maximum: Double?
    /// Words for values: `1` is `up`.
    let mappings: [ValueMapping]
    /// The text if there is no series.
    let noValue: String
    /// The alert about the same problem, whose runbook is linked.
    let alert: String?
    let targets: [Target]

    init(
        _ title: String, _ description: String, _ kind: PanelKind, unit: Unit, thresholds: Thresholds = .neutral,
        size: Size = .third, decimals: Int? = nil, minimum: Double? = 0, maximum: Double? = nil,
        mappings: [ValueMapping] = [], noValue: String = "no data", alert: String? = nil, _ targets: Target...
    ) {
        self.title = title
        self.description = description
        self.kind = kind
        self.unit = unit
        self.thresholds = thresholds
        self.size = size
        self.decimals = decimals
        self.minimum = minimum
        self.maximum = maximum
        self.mappings = mappings
        self.noValue = noValue
        self.alert = alert
        self.targets = targets
    }
}
