import Configuration
import Events
import Sessions

/// The headers that one source keeps of the requests in a proxy's access log, as its lines show or the settings say.
///
/// Traefik writes no field for a header that a request lacks. So a line without cookies means a client without them only
/// if the log would have shown them.
struct ProxyLog: Sendable, Equatable {
    private(set) var keepsCookie: Bool
    private(set) var keepsSetCookie: Bool
    /// True if requests of the sessionless revision can be told from the others.
    private(set) var keepsRevision: Bool
    /// True once the source brought a request from a proxy's log.
    private(set) var hasRequests = false

    init(keeping headers: [KeptHeader] = []) {
        keepsCookie = headers.contains(.cookie)
        keepsSetCookie = headers.contains(.setCookie)
        keepsRevision = headers.contains(.protocolVersion) || headers.contains(.method)
    }

    /// Learns from a line which headers are kept. Then it replaces the cookies that a refused request does not show by
    /// what that means.
    mutating func note(_ event: inout LogEvent) {
        guard let proxy = event.proxy else { return }
        hasRequests = true
        if event.cookie.isShown { keepsCookie = true }
        if event.givenCookie.isShown { keepsSetCookie = true }
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
