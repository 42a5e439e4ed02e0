import Sessions

/// A statement about a session in one line of a node's or proxy's log. The registry decides what it means.
public struct LogEvent: Sendable, Equatable {
    /// The `kind` label of `mcp_sessiond_log_events_total`.
    public enum Kind: String, Sendable, CaseIterable {
        /// The session is registered, but not on the node that logged this.
        case misroute
        /// The session is not registered.
        case unknown
        /// The session was not found, and the log does not say whether it is registered.
        case miss
        case created
        /// The node served a session that it holds.
        case held
        case closed
        /// The node found the owner dead.
        case ownerDead = "owner_dead"
        /// The node found the owner alive with another boot.
        case ownerRestarted = "owner_restarted"
        /// The node could not ask the registry.
        case registryError = "registry_error"
        /// A request of the sessionless protocol revision, which is never a misroute.
        case modern
    }

    public var kind: Kind
    public var session: LogSession
    /// The timestamp that the line's writer gave it.
    public var time: UnixTime?
    private var rest: Rest

    public init(
        kind: Kind, session: LogSession = .none, node: String? = nil, owner: LogOwner? = nil, time: UnixTime? = nil,
        cookie: StickySighting = .notLogged, client: String? = nil, status: Int? = nil
    ) {
        self.init(
            kind, session, time, Rest(node: node, owner: owner, cookie: cookie, client: client, status: status))
    }

    init(_ kind: Kind, _ session: LogSession, _ time: UnixTime?, _ rest: Rest) {
        self.kind = kind
        self.session = session
        self.time = time
        self.rest = rest
    }
}

extension LogEvent {
    /// The part that many events of a log have in common. Events share it, so an event is small and cheap to make and
    /// copy.
    final class Rest: Sendable, Equatable {
        let node: String?
        let owner: LogOwner?
        let cookie: StickySighting
        let client: String?
        let status: Int?

        init(node: String?, owner: LogOwner?, cookie: StickySighting, client: String?, status: Int?) {
            self.node = node
            self.owner = owner
            self.cookie = cookie
            self.client = client
            self.status = status
        }

        static func == (a: Rest, b: Rest) -> Bool {
            a === b
                || a.node == b.node && a.owner == b.owner && a.cookie == b.cookie && a.client == b.client
                    && a.status == b.status
        }
    }

    /// The node that logged it: the name in the line, or else the container, pod or host of its wrapper.
    public var node: String? {
        get { rest.node }
        set {
            rest = Rest(
                node: newValue, owner: rest.owner, cookie: rest.cookie, client: rest.client, status: rest.status)
        }
    }

    public var owner: LogOwner? { rest.owner }
    /// The sticky cookie.
    public var cookie: StickySighting { rest.cookie }
    /// The client's name, which the client chooses freely.
    public var client: String? { rest.client }
    /// The HTTP status of the answer.
    public var status: Int? { rest.status }

    /// The same event with another session, time and cookie.
    func replacing(_ session: LogSession, time: UnixTime?, cookie: StickySighting?) -> LogEvent {
        guard let cookie, cookie != rest.cookie else { return LogEvent(kind, session, time, rest) }
        return LogEvent(
            kind: kind, session: session, node: node, owner: owner, time: time, cookie: cookie, client: client,
            status: status)
    }
}

extension LogEvent.Kind {
    /// True if a request was not served as it should have been.
    var isFailure: Bool {
        switch self {
        case .misroute, .unknown, .miss, .ownerDead, .ownerRestarted, .registryError: true
        case .created, .held, .closed, .modern: false
        }
    }
}

// Ids are credentials, and cookies identify a client, so neither is printed.
extension LogEvent: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "\(kind.rawValue) on \(node ?? "-"), owner \(owner?.name ?? "-")" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["kind": kind.rawValue]) }
}
