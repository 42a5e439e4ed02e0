/// Why a request for a session was refused: one vocabulary for the API, the CLI, metric labels, alerts and runbooks.
public enum Verdict: String, Sendable, CaseIterable {
    /// Owned by another node that is alive.
    case misrouted
    /// Orphaned, for that reason.
    case ownerDead = "owner_dead"
    case ownerRestarted = "owner_restarted"
    case ownerUnknown = "owner_unknown"
    /// Owned by the very node and boot that denies it.
    case ownerDenies = "owner_denies"
    /// Registered, owner not known.
    case unowned
    /// Not registered now, but it was; each is an ``Ending``.
    case closed, expired, cleaned, evicted, vanished
    /// Not registered, not remembered.
    case neverSeen = "never_seen"
    /// Its key cannot be read.
    case malformed
    /// The registry could not be read at that time.
    case unverified
    /// Owned by a live node, no failed request seen. Never of a request: only an answer to "why?".
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

    /// The session is registered, and still the request was refused. What is ``unverified`` may be or not, and is none.
    public var isMisroute: Bool {
        switch self {
        case .misrouted, .ownerDead, .ownerRestarted, .ownerUnknown, .ownerDenies, .unowned, .malformed: true
        case .closed, .expired, .cleaned, .evicted, .vanished, .neverSeen, .unverified, .live: false
        }
    }

    /// The session is not registered.
    public var isUnknownSession: Bool {
        switch self {
        case .closed, .expired, .cleaned, .evicted, .vanished, .neverSeen: true
        default: false
        }
    }
}

/// Why a request came to another node than the owner, as far as its sticky cookie tells: the `cause` label.
public enum StickyCause: String, Sendable, CaseIterable {
    /// The client sent none.
    case noCookie = "no_cookie"
    /// It names another live node than the owner.
    case cookieElsewhere = "cookie_elsewhere"
    /// It names the owner, and the proxy sent the request elsewhere.
    case cookieOwner = "cookie_owner"
    /// It names a node that is dead.
    case cookieDead = "cookie_dead"
    /// An older Traefik wrote it.
    case cookieOldScheme = "cookie_old_scheme"
    /// It names no node that is known, or more than one.
    case cookieUnmapped = "cookie_unmapped"
    /// The log does not tell.
    case notLogged = "not_logged"
}
