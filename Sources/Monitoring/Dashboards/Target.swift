/// One query of a panel.
struct Target: Sendable {
    /// PromQL with Grafana's variables in it.
    let query: String
    /// How a series is called: text with labels in it, `{{node_id}}`. For tables it says which labels are shown.
    let legend: String
    /// Why a healthy system may answer with no series; nil where there always is one.
    let absence: String?

    init(_ query: String, _ legend: String, absence: String? = nil) {
        self.query = query
        self.legend = legend
        self.absence = absence
    }

    /// `A` for the first target of a panel.
    static func name(at index: Int) -> String {
        String(Character(Unicode.Scalar(UInt8(ascii: "A") + UInt8(index))))
    }

    /// The labels that the legend names, in their order.
    var labels: [String] {
        legend.matches(of: #/\{\{(\w+)\}\}/#).map { String($0.output.1) }
    }
}
