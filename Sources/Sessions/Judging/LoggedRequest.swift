/// One request for a session, as a log line shows it.
public struct LoggedRequest: Sendable, Equatable {
    public enum Outcome: Sendable, Equatable {
        /// The node did not have the session.
        case refused
        /// The request created the session.
        case created
        /// The node had the session.
        case served
        /// The session was closed.
        case closed
    }

    public var outcome: Outcome
    /// Nil if the line carries only the prefix of an id, and that fits no session or several.
    public var session: NamedSession?
    /// The node that answered, as the line names it.
    public var node: String?
    /// The timestamp that the writer gave the line.
    public var time: UnixTime?
    /// The time at which the line arrived, if that is not the time of the judgement: a line may wait until the registry
    /// is read.
    public var arrival: UnixTime?
    /// The number of the line among all that arrived.
    public var line = 0
    /// The sticky cookie that the client sent.
    public var cookie: StickySighting
    /// The sticky cookie that the proxy gave with its answer.
    public var givenCookie: StickySighting
    /// The node's URL and the name of its service, as the proxy's configuration has them.
    public var serviceURL: String?
    public var serviceName: String?
    /// True if the answer named the session. Any node may answer another path of the same client.
    public var answerNamesSession = true
    /// The client's name, as free text from the client.
    public var client: String?

    public init(
        _ outcome: Outcome, session: NamedSession?, node: String? = nil, time: UnixTime? = nil,
        arrival: UnixTime? = nil, cookie: StickySighting = .notLogged,
        givenCookie: StickySighting = .notLogged, serviceURL: String? = nil, serviceName: String? = nil,
        client: String? = nil
    ) {
        self.outcome = outcome
        self.session = session
        self.node = node
        self.time = time
        self.arrival = arrival
        self.cookie = cookie
        self.givenCookie = givenCookie
        self.serviceURL = serviceURL
        self.serviceName = serviceName
        self.client = client
    }
}

extension LoggedRequest: CustomStringConvertible, CustomReflectable {
    /// Ids and cookies are credentials, so no dump shows them.
    public var description: String { "\(outcome) \(session?.ref.description ?? "-")" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
