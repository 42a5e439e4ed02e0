/// Work that only a session's owner can have done.
public struct OwnerWork: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// A new session's record names the owner.
        case registered
        /// A log shows that it served one of its own sessions.
        case served
    }

    public var kind: Kind
    public var at: UnixTime

    public init(_ kind: Kind, at: UnixTime) {
        self.kind = kind
        self.at = at
    }
}
