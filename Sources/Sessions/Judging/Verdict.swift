/// The reason why a request for a session was refused: one vocabulary for the API, the CLI, metric labels, alerts and
/// runbooks.
public enum Verdict: String, Sendable, CaseIterable {
    /// The owner is another node that is alive.
    case misrouted
    /// The session is orphaned, for that reason.
    case ownerDead = "owner_dead"
    case ownerRestarted = "owner_restarted"
    case ownerUnknown = "owner_unknown"
    /// The owner is the very node and boot that denies the session.
    case ownerDenies = "owner_denies"
    /// The session is registered, but its owner is unknown.
    case unowned
    /// The session is no longer registered; each of these is an ``Ending``.
    case closed, expired, cleaned, evicted, vanished
    /// The session is neither registered nor remembered.
    case neverSeen = "never_seen"
    /// The session's key cannot be read.
    case malformed
    /// The registry could not be read at that time.
    case unverified
    /// The owner is alive, and no refused request is known. It is never the verdict on a request, only the answer to
    /// "why?".
    case live

    init(_ reason: OrphanReason) {
        self =
            switch reason {
            case .ownerDead: .ownerDead
            case .ownerRestarted: .ownerRestarted
            case .ownerUnknown: .ownerUnknown
            case .ownerDenies: .ownerDenies
            }
    }

    init(_ ending: Ending) {
        self =
            switch ending {
            case .closed: .closed
            case .expired: .expired
            case .evicted: .evicted
            case .cleaned: .cleaned
            case .vanished: .vanished
            }
    }

    /// True if the session is registered and the request was still refused. ``unverified`` may be one, but does not
    /// count.
    public var isMisroute: Bool {
        switch self {
        case .misrouted, .ownerDead, .ownerRestarted, .ownerUnknown, .ownerDenies, .unowned, .malformed: true
        case .closed, .expired, .cleaned, .evicted, .vanished, .neverSeen, .unverified, .live: false
        }
    }

    /// True if the session is not registered.
    public var isUnknownSession: Bool {
        switch self {
        case .closed, .expired, .cleaned, .evicted, .vanished, .neverSeen: true
        default: false
        }
    }
}
