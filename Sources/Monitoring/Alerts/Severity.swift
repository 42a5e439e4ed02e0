/// What an alert asks for, as its label `severity` says it.
enum Severity: String, Sendable, CaseIterable {
    /// Somebody must act now: requests fail, or nobody can see whether they do.
    case critical
    /// A ticket for the day.
    case warning
    /// Explains others; asks for nothing.
    case info
}
