/// A query of a panel.
struct Target: Sendable {
    /// The PromQL with Grafana's variables.
    let query: String
    /// The name of a series, with labels such as `{{node_id}}`. For tables it says which labels are shown.
    let legend: String
    /// The reason why a healthy system may answer with no series; nil if there always is one.
    let absence: String?

    init(_ query: String, _ legend: String, absence: String? = nil) {
        self.query = query
        self.legend = legend
        self.absence = absence
    }

    /// Grafana's name of a target: `A` for the first one of a panel.
    static func name(at index: Int) -> String {
        String(Character(Unicode.Scalar(UInt8(ascii: "A") + UInt8(index))))
    }

    /// The labels that the legend names, in order.
    var labels: [String] {
        legend.matches(of: #/\{\{(\w+)\}\}/#).map { String($0.output.1) }
    }
}
