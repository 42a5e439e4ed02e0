/// One picture on a dashboard: what is asked, how it is drawn, and what it means.
struct Panel: Sendable {
    let title: String
    /// What it shows, and what to do when it is red. Grafana takes it as Markdown.
    let description: String
    let kind: PanelKind
    let unit: Unit
    let thresholds: Thresholds
    let size: PanelSize
    /// Digits behind the point; nil leaves it to Grafana.
    let decimals: Int?
    /// Where the axis begins. Nothing that is counted is below 0.
    let minimum: Double?
    let maximum: Double?
    /// Words for values: `1` is `up`.
    let mappings: [ValueMapping]
    /// Stands where no series comes back.
    let noValue: String
    /// The alert that fires on what is shown here; its runbook is linked.
    let alert: String?
    let targets: [Target]

    init(
        _ title: String, _ description: String, _ kind: PanelKind, unit: Unit, thresholds: Thresholds = .neutral,
        size: PanelSize = .third, decimals: Int? = nil, minimum: Double? = 0, maximum: Double? = nil,
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

/// Width and height of a panel in cells of the grid.
struct PanelSize: Sendable {
    let width: Int
    let height: Int

    /// Eight numbers side by side.
    static let eighth = PanelSize(width: 3, height: 4)
    /// Six numbers side by side.
    static let sixth = PanelSize(width: 4, height: 4)
    static let quarter = PanelSize(width: 6, height: 8)
    static let third = PanelSize(width: 8, height: 8)
    static let half = PanelSize(width: 12, height: 8)
    static let twoThirds = PanelSize(width: 16, height: 8)
    static let full = PanelSize(width: 24, height: 8)
}
