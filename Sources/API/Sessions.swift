import Sessions

/// A session in `/api/v1/sessions`.
public struct SessionRow: Codable, Sendable {
    public var ref: SessionRef
    public var state: StateWord
    public var reason: StateReason?
    public var node: String?
    public var boot: String?
    public var createdAt: UnixTime?
    public var lastSeen: UnixTime?
    public var expiresAt: UnixTime?
    public var client: String?
    /// Refused requests in the last 15 minutes, though the session is registered.
    public var misrouted: Int
    public var stuck: Bool
    /// True if no record names the owner, and it was learnt from a log.
    public var learntOwner: Bool
    public var noExpiry: Bool
    public var orphanedSince: UnixTime?
    /// Nil for a session that is not registered.
    public var dialect: String?
}

extension SessionRow {
    public init(_ session: SessionSummary, in keySpace: KeySpace) {
        self.init(
            ref: session.ref, state: StateWord(session.state),
            reason: session.state.reason.flatMap(StateReason.init), node: session.node, boot: session.boot,
            createdAt: session.createdAt, lastSeen: session.lastSeen, expiresAt: session.expiresAt,
            client: session.client.isEmpty ? nil : session.client, misrouted: session.misrouted,
            stuck: session.isStuck, learntOwner: session.isLearnt, noExpiry: session.hasNoExpiry,
            orphanedSince: session.orphanedSince, dialect: keySpace.dialects[session.dialect].name)
    }
}

extension SessionRow {
    /// A stuck session that is not registered.
    public init(_ session: UnregisteredSession) {
        let ended = session.ended
        self.init(
            ref: session.ref, state: .unregistered, reason: ended.flatMap { StateReason(rawValue: $0.ending.rawValue) },
            node: ended?.node, boot: ended?.boot, createdAt: ended?.createdAt, misrouted: session.misrouted,
            stuck: true, learntOwner: false, noExpiry: false)
    }
}

extension StateWord {
    public init(_ state: SessionState) {
        switch state {
        case .owned: self = .owned
        case .orphaned: self = .orphaned
        case .unowned: self = .unowned
        case .malformed: self = .malformed
        }
    }
}

/// `POST /api/v1/sessions/lookup`: a session by its id, which does not belong in a URL.
public struct LookupOrder: Codable, Sendable {
    public var id: String

    public init(id: String) {
        self.id = id
    }
}
