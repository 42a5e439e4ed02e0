/// What a session's key held when it was read just now, for one answer.
public enum LiveRead: Sendable, Equatable {
    /// Nobody looked, or no answer came in time: why, in words fit for an answer.
    case notRead(why: String)
    /// There is no such key.
    case absent(at: UnixTime)
    case present(LiveRecord, at: UnixTime)

    /// When it was read.
    public var time: UnixTime? {
        switch self {
        case .notRead: nil
        case .absent(let time), .present(_, let time): time
        }
    }
}

/// A session's record as its key holds it now.
public struct LiveRecord: Sendable, Equatable {
    /// Position of its dialect in the key space.
    public var dialect: Int
    /// Nil where it names none, or cannot be read.
    public var owner: OwnerName?
    public var malformation: Malformation?
    public var createdAt: UnixTime?
    public var lastSeen: UnixTime?
    /// Nil where the key never expires.
    public var expiresAt: UnixTime?
    public var client: String

    public init(dialect: Int, expiresAt: UnixTime?) {
        self.dialect = dialect
        self.expiresAt = expiresAt
        client = ""
    }

    /// Nil where the key is not there.
    public init?(_ observed: ObservedSession, _ names: RecordNames) {
        self.init(dialect: observed.dialect, expiresAt: observed.expiresAt)
        switch observed.content {
        case .gone: return nil
        case .malformed(let malformation): self.malformation = malformation
        case .value(let value):
            owner = names.ownerName(at: value.owner)
            (createdAt, lastSeen) = (value.createdAt, value.lastSeen)
            client = String(decoding: names.clientName(at: value.client), as: UTF8.self)
        }
    }
}
