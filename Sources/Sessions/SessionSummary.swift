/// One session as it is reported. The id is given only if it is asked for.
public struct SessionSummary: Sendable, Equatable {
    public var ref: SessionRef
    public var state: SessionState
    public var node: String?
    public var boot: String?
    public var createdAt: UnixTime?
    public var lastSeen: UnixTime?
    /// Nil if the key has no expiry.
    public var expiresAt: UnixTime?
    public var client: String
    public var dialect: Int
    /// The time since which it has had no owner.
    public var orphanedSince: UnixTime?
    /// True if it names no owner, and its node and boot were learnt from events.
    public var isLearnt = false
    /// The number of misroutes in the last 15 minutes.
    public var misrouted = 0
    /// True if its requests are refused again and again: ``SessionFailures/isStuck``.
    public var isStuck = false

    public var hasNoExpiry: Bool { expiresAt == nil }
}

/// The sessions that a listing should hold. Nil values select all.
public struct SessionFilter: Sendable, Equatable {
    public var state: String?
    public var reason: String?
    public var node: String?
    /// The full client text, or its name, which is the part before a blank or slash.
    public var client: String?
    /// Only sessions created longer ago than this.
    public var olderThanSeconds: Double?
    /// Only sessions that were misrouted in the last 15 minutes, or only the others.
    public var misrouted: Bool?
    /// Only sessions that are stuck, or only the others.
    public var stuck: Bool?

    public init() {}

    /// Whether a registered session fits.
    func fits(_ session: SessionSummary, at now: UnixTime) -> Bool {
        (state.map { $0 == session.state.word } ?? true) && (reason.map { $0 == session.state.reason } ?? true)
            && (node.map { $0 == session.node } ?? true)
            && (client.map { ClientNames.fits(session.client, $0) } ?? true)
            && isOldEnough(session.createdAt, at: now)
            && (misrouted.map { $0 == (session.misrouted > 0) } ?? true)
            && (stuck.map { $0 == session.isStuck } ?? true)
    }

    /// Whether a session that is not registered fits. It has no state, and nobody knows its client.
    func fits(_ session: UnregisteredSession, at now: UnixTime) -> Bool {
        state == nil && reason == nil && client == nil && (misrouted.map { $0 == (session.misrouted > 0) } ?? true)
            && (node.map { $0 == session.ended?.node } ?? true) && isOldEnough(session.ended?.createdAt, at: now)
    }

    private func isOldEnough(_ created: UnixTime?, at now: UnixTime) -> Bool {
        guard let olderThanSeconds else { return true }
        return created.map { $0 < now - olderThanSeconds } ?? false
    }
}

/// A part of a listing, in the order of refs.
public struct SessionPage: Sendable {
    public var sessions: [SessionSummary] = []
    /// Stuck sessions that are not registered, in a listing of stuck sessions. They belong between ``sessions``.
    public var unregistered: [UnregisteredSession] = []
    /// The ref after which to continue. Nil at the end.
    public var next: SessionRef?

    /// The number of sessions on it.
    public var count: Int { sessions.count + unregistered.count }
}

/// A session that no key stands for, though its client goes on sending requests.
public struct UnregisteredSession: Sendable, Equatable {
    public var ref: SessionRef
    /// The record of its end. Nil if it was never seen.
    public var ended: EndedSession?
    /// The number of misroutes in the last 15 minutes.
    public var misrouted: Int
}
