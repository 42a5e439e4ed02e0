/// A right that a token grants.
public enum AccessScope: String, CaseIterable, Sendable {
    case read
    /// The right to push events.
    case events
    /// The right to run, suspend and resume cleanup.
    case cleanup
    /// The right to see full session ids.
    case reveal
}
