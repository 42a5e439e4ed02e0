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
        cookie: StickySighting = .notLogged, givenCookie: StickySighting = .notLogged, client: String? = nil,
        status: Int? = nil, proxy: ProxyPart? = nil
    ) {
        let facts = Facts(
            node: node, owner: owner, cookie: cookie, givenCookie: givenCookie, client: client, status: status,
            proxy: proxy)
        self.init(kind, session, time, Rest(facts))
    }

    init(_ kind: Kind, _ session: LogSession, _ time: UnixTime?, _ rest: Rest) {
        self.kind = kind
        self.session = session
        self.time = time
        self.rest = rest
    }
}

/// The facts that only a line of a proxy's access log has.
public struct ProxyPart: Sendable, Equatable {
    /// The node's URL as the proxy's configuration has it (`ServiceURL`). It is what sticky cookies are made of.
    public var url: String?
    /// The name of the proxy's service (`mcp@file`).
    public var service: String?
    /// True if the line shows a header that tells the sessionless revision from the others.
    public var showsRevision: Bool
    /// True if the answer named the session, as the answers of a node that holds it do.
    public var answerNamesSession: Bool

    public init(
        url: String? = nil, service: String? = nil, showsRevision: Bool = false, answerNamesSession: Bool = false
    ) {
        self.url = url
        self.service = service
        self.showsRevision = showsRevision
        self.answerNamesSession = answerNamesSession
    }
}

extension LogEvent {
    /// The part that many events of a log have in common. Events share it, so an event is small and cheap to make and
    /// copy.
    final class Rest: Sendable, Equatable {
        let facts: Facts

        init(_ facts: Facts) { self.facts = facts }

        static func == (a: Rest, b: Rest) -> Bool { a === b || a.facts == b.facts }
    }

    struct Facts: Sendable, Equatable {
        var node: String?
        var owner: LogOwner?
        var cookie: StickySighting
        var givenCookie: StickySighting
        var client: String?
        var status: Int?
        var proxy: ProxyPart?
    }

    /// The node that logged it: the name in the line, or else the container, pod or host of its wrapper.
    public var node: String? {
        get { rest.facts.node }
        set { change { $0.node = newValue } }
    }

    public var owner: LogOwner? { rest.facts.owner }
    /// The sticky cookie that the client sent.
    public var cookie: StickySighting {
        get { rest.facts.cookie }
        set { change { $0.cookie = newValue } }
    }
    /// The sticky cookie that the proxy gave with its answer.
    public var givenCookie: StickySighting {
        get { rest.facts.givenCookie }
        set { change { $0.givenCookie = newValue } }
    }
    /// The client's name, which the client chooses freely.
    public var client: String? { rest.facts.client }
    /// The HTTP status of the answer.
    public var status: Int? { rest.facts.status }
    /// Nil unless the line is from a proxy's access log.
    public var proxy: ProxyPart? { rest.facts.proxy }

    private mutating func change(_ body: (inout Facts) -> Void) {
        var facts = rest.facts
        body(&facts)
        if facts != rest.facts { rest = Rest(facts) }
    }

    /// The same event with another session and time. `cookies` are those of the line, if it is from a proxy.
    func replacing(
        _ session: LogSession, time: UnixTime?, cookies: (sent: StickySighting, given: StickySighting)?
    ) -> LogEvent {
        var event = LogEvent(kind, session, time, rest)
        guard let cookies, cookies.sent != cookie || cookies.given != givenCookie else { return event }
        event.change { ($0.cookie, $0.givenCookie) = cookies }
        return event
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
