/// The severity of an alert, which is also its label.
enum Severity: String, Sendable, CaseIterable {
    /// Somebody must act now: requests fail, or nobody can see whether they do.
    case critical
    /// It is a ticket for the day.
    case warning
    /// It explains other alerts, and asks for nothing.
    case info
}
