/// An expression that several rules share. Prometheus records it as a series of its own.
struct RecordingRule: Sendable {
    /// The name of the series, in the form `level:metric:operations`.
    let name: String
    /// The meaning of the series, which becomes a comment in the file.
    let meaning: String
    /// The PromQL, which keeps its lines.
    let expression: String

    init(_ name: String, _ meaning: String, _ expression: String) {
        self.name = name
        self.meaning = meaning
        self.expression = expression
    }

    /// The rule in the rules file.
    var yaml: String {
        YAMLText.comment(meaning) + "      - record: \(name)\n        expr: " + YAMLText.kept(expression)
    }
}
