/// One session as it was just found in Redis; its names stand in the ``RecordNames`` it was read with.
public struct ObservedSession: Sendable {
    /// What its key holds.
    public enum Content: Sendable, Equatable {
        case value(SessionValue)
        case malformed(Malformation)
        /// The key is not there.
        case gone
    }

    public var id: SessionID
    public var ref: SessionRef
    /// Position of its dialect in the key space.
    public var dialect: Int
    public var content: Content
    /// Nil where the key never expires.
    public var expiresAt: UnixTime?

    public init(id: SessionID, ref: SessionRef, dialect: Int, content: Content, expiresAt: UnixTime?) {
        self.id = id
        self.ref = ref
        self.dialect = dialect
        self.content = content
        self.expiresAt = expiresAt
    }
}
