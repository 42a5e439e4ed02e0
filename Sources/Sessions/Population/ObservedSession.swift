/// One session as it was just found in Redis. Its names are in the ``RecordNames`` with which it was read.
public struct ObservedSession: Sendable {
    /// The content of its key.
    public enum Content: Sendable, Equatable {
        case value(SessionValue)
        case malformed(Malformation)
        /// The key does not exist.
        case gone
    }

    public var id: SessionID
    public var ref: SessionRef
    /// The position of its dialect in the key space.
    public var dialect: Int
    public var content: Content
    /// Nil if the key has no expiry.
    public var expiresAt: UnixTime?

    public init(id: SessionID, ref: SessionRef, dialect: Int, content: Content, expiresAt: UnixTime?) {
        self.id = id
        self.ref = ref
        self.dialect = dialect
        self.content = content
        self.expiresAt = expiresAt
    }
}
