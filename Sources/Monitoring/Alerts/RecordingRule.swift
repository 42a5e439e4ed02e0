/// An expression that several rules share, kept by Prometheus as a series of its own.
struct RecordingRule: Sendable {
    /// `level:metric:operations`.
    let name: String
    /// What the series means: a comment in the file.
    let meaning: String
    /// PromQL; its lines are kept.
    let expression: String

    init(_ name: String, _ meaning: String, _ expression: String) {
        self.name = name
        self.meaning = meaning
        self.expression = expression
    }
}
