import Configuration
import Events
import Sessions

/// The headers that one source keeps of the requests in a proxy's access log, as its lines show or the settings say.
///
/// Traefik writes no field for a header that a request lacks. So a line without cookies means a client without them only
/// if the log would have shown them.
struct ProxyLog: Sendable, Equatable {
    /// The path of its file, or its source.
    let name: String
    /// False for pushed lines, which may come from any number of logs: what one shows says nothing of the others.
    private let isOneLog: Bool
    private(set) var keepsCookie: Bool
    private(set) var keepsSetCookie: Bool
    /// True if requests of the sessionless revision can be told from the others.
    private(set) var keepsRevision: Bool
    /// True once the source brought a request from a proxy's log.
    private(set) var hasRequests = false
    /// The requests that name no session, counted until one does.
    private var survey = RequestSurvey()

    init(_ name: String, keeping headers: [KeptHeader] = [], isOneLog: Bool = true) {
        self.name = name
        self.isOneLog = isOneLog
        keepsCookie = headers.contains(.cookie)
        keepsSetCookie = headers.contains(.setCookie)
        keepsRevision = headers.contains(.protocolVersion) || headers.contains(.method)
    }

    /// The survey to go on with. Nil if it is over, or one of the lines has named a session.
    var openSurvey: RequestSurvey? { hasRequests || survey.isOver ? nil : survey }

    /// The least number of requests that show what a log keeps.
    static let requestsThatTell = 20

    /// The reason why it cannot tell of sessions. Nil if it can, or too few of its requests are known.
    var blindness: BlindLog? {
        guard !hasRequests, survey.all >= Self.requestsThatTell else { return nil }
        let fault: BlindLog.Fault =
            survey.common >= survey.requests ? .commonFormat : survey.hidden > 0 ? .hiddenHeader : .noHeader
        return BlindLog(name: name, requests: survey.all, isCountCut: survey.all >= RequestSurvey.limit, fault: fault)
    }

    /// Takes over a survey that went on from its own.
    mutating func note(_ survey: RequestSurvey) { self.survey = survey }

    /// Learns from a line which headers are kept. Then it replaces the cookies that a refused request does not show by
    /// what that means.
    mutating func note(_ event: inout LogEvent) {
        guard let proxy = event.proxy else { return }
        hasRequests = true
        if event.cookie.isShown, isOneLog { keepsCookie = true }
        if event.givenCookie.isShown, isOneLog { keepsSetCookie = true }
        if proxy.showsRevision { keepsRevision = true }
        // Only the cause of a refusal is told by cookies.
        guard event.kind == .miss else { return }
        event.cookie = event.cookie.resolved(isKept: keepsCookie)
        event.givenCookie = event.givenCookie.resolved(isKept: keepsSetCookie)
    }
}

extension StickySighting {
    /// True if the line shows the header, with or without the sticky cookie.
    fileprivate var isShown: Bool {
        switch self {
        case .none, .value: true
        case .notLogged, .noHeader: false
        }
    }

    fileprivate func resolved(isKept: Bool) -> StickySighting {
        self == .noHeader ? isKept ? .none : .notLogged : self
    }
}
