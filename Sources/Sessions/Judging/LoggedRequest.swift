/// What a log tells of one request for a session.
public struct LoggedRequest: Sendable, Equatable {
    public enum Outcome: Sendable, Equatable {
        /// The node did not have the session.
        case refused
        /// The request made the session.
        case created
        /// The node had the session.
        case served
        /// The session was closed.
        case closed
    }

    public var outcome: Outcome
    public var id: SessionID
    public var ref: SessionRef
    /// The node that answered, as the line names it.
    public var node: String?
    /// As stamped by the writer of the line.
    public var time: UnixTime?
    /// When the line came to us, where that is not the moment of judging: a line may wait for the registry to be read.
    public var arrival: UnixTime?
    public var cookie: StickySighting
    /// The client's name, as free text of the client.
    public var client: String?

    public init(
        _ outcome: Outcome, id: SessionID, ref: SessionRef, node: String? = nil, time: UnixTime? = nil,
        arrival: UnixTime? = nil, cookie: StickySighting = .notLogged, client: String? = nil
    ) {
        self.outcome = outcome
        self.id = id
        self.ref = ref
        self.node = node
        self.time = time
        self.arrival = arrival
        self.cookie = cookie
        self.client = client
    }
}

/// What a line tells of the request's sticky cookie.
public enum StickySighting: Sendable, Equatable {
    /// The log does not keep it.
    case notLogged
    /// The log keeps it, and there was none.
    case none
    case value(String)
}

extension LoggedRequest: CustomStringConvertible, CustomReflectable {
    /// Ids and cookies are credentials: no dump shows them.
    public var description: String { "\(outcome) \(ref)" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension StickySighting: CustomStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .notLogged: "not logged"
        case .none: "no cookie"
        case .value: "(cookie)"
        }
    }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
