/// A column of a table: a label, or the value of one of the targets.
struct Column: Sendable {
    /// The field as Grafana calls it before it is renamed: `node_id`, `Value` or, of several targets, `Value #B`.
    let field: String
    /// The heading; nil leaves the column out.
    let heading: String?
    let unit: Unit
    /// Colours the cell where it is given.
    let thresholds: Thresholds?
    let mappings: [ValueMapping]

    /// A label, or the value of the only target.
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

    /// The value of one of several targets.
    init(
        target: Int, _ heading: String?, unit: Unit = .none, thresholds: Thresholds? = nil,
        mappings: [ValueMapping] = []
    ) {
        self.init(
            "Value #\(Target.name(at: target))", heading, unit: unit, thresholds: thresholds, mappings: mappings)
    }
}
