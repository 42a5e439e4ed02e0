/// A column of a table: a label, or the value of one of the targets.
struct Column: Sendable {
    /// Grafana's name of the field: `node_id`, `Value` or, if there are several targets, `Value #B`.
    let field: String
    /// The heading; nil leaves the column out.
    let heading: String?
    let unit: Unit
    /// The thresholds that colour the cell; nil for no colour.
    let thresholds: Thresholds?
    let mappings: [ValueMapping]

    /// Makes a column of a label, or of the value of the only target.
    init(
        _ field: String, _ heading: String?, unit: Unit = .none, thresholds: Thresholds? = nil,
        mappings: [ValueMapping] = []
    ) {
        self.field = field
        self.heading = heading
        self.unit = unit
        self.thresholds = thresholds
        self.mappings = mappings
    }

    /// Makes a column of the value of one of several targets.
    init(
        target: Int, _ heading: String?, unit: Unit = .none, thresholds: Thresholds? = nil,
        mappings: [ValueMapping] = []
    ) {
        self.init(
            "Value #\(Target.name(at: target))", heading, unit: unit, thresholds: thresholds, mappings: mappings)
    }
}
