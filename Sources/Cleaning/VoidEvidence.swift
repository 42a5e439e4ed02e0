/// Evidence that we may neither use nor delete.
public struct VoidEvidence: Sendable, Hashable {
    public var key: String
    public var why: String
    public var count: Int
}
