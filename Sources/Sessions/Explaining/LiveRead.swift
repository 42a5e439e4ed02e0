/// The content of a session's key, read just now for one answer.
public enum LiveRead: Sendable, Equatable {
    /// The key was not read, or no answer came in time. `why` is worded for an answer.
    case notRead(why: String)
    /// There is no such key.
    case absent(at: UnixTime)
    case present(LiveRecord, at: UnixTime)

    /// The time at which it was read.
    public var time: UnixTime? {
        switch self {
        case .notRead: nil
        case .absent(let time), .present(_, let time): time
        }
    }
}

/// A session's record as its key holds it now.
public struct LiveRecord: Sendable, Equatable {
    /// The position of its dialect in the key space.
    public var dialect: Int
    /// Nil if it names none, or cannot be read.
    public var owner: OwnerName?
    public var malformation: Malformation?
    public var createdAt: UnixTime?
    public var lastSeen: UnixTime?
    /// Nil if the key has no expiry.
    public var expiresAt: UnixTime?
    public var client: String

    public init(dialect: Int, expiresAt: UnixTime?) {
        self.dialect = dialect
        self.expiresAt = expiresAt
        client = ""
    }

    /// Nil if the key does not exist.
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
