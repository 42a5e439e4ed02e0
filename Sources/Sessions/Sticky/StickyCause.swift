/// The reason why a request reached another node than the owner, as far as its sticky cookie shows: the `cause` label.
public enum StickyCause: String, Sendable, CaseIterable {
    /// The client sent no cookie.
    case noCookie = "no_cookie"
    /// The client sent no cookie, and the proxy gave none.
    case stickinessOff = "stickiness_off"
    /// The cookie names a living node other than the owner.
    case cookieElsewhere = "cookie_elsewhere"
    /// The cookie names the owner, but the proxy sent the request elsewhere.
    case cookieOwner = "cookie_owner"
    /// The cookie names a dead node.
    case cookieDead = "cookie_dead"
    /// An older version of Traefik wrote the cookie.
    case cookieOldScheme = "cookie_old_scheme"
    /// The cookie names no node that the proxy knows, and the proxy gave another one.
    case cookieRejected = "cookie_rejected"
    /// The cookie names no known node, or more than one.
    case cookieUnmapped = "cookie_unmapped"
    /// The log does not show a cookie that could name a node.
    case notLogged = "not_logged"
}
