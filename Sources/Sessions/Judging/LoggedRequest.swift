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
    /// Nil where the line carries only the beginning of an id, and that fits no session or several.
    public var session: NamedSession?
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
        _ outcome: Outcome, session: NamedSession?, node: String? = nil, time: UnixTime? = nil,
        arrival: UnixTime? = nil, cookie: StickySighting = .notLogged, client: String? = nil
    ) {
        self.outcome = outcome
        self.session = session
        self.node = node
        self.time = time
        self.arrival = arrival
        self.cookie = cookie
        self.client = client
    }
}

extension LoggedRequest: CustomStringConvertible, CustomReflectable {
    /// Ids and cookies are credentials: no dump shows them.
    public var description: String { "\(outcome) \(session?.ref.description ?? "-")" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
