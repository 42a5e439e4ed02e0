/// What a token may do.
public enum AccessScope: String, CaseIterable, Sendable {
    case read
    /// Push events.
    case events
    /// Run, suspend and resume cleanup.
    case cleanup
    /// See full session ids.
    case reveal
}
