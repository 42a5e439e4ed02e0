/// The reason why a request reached another node than the owner, as far as its sticky cookie shows: the `cause` label.
public enum StickyCause: String, Sendable, CaseIterable {
    /// The client sent no cookie.
    case noCookie = "no_cookie"
    /// The cookie names a living node other than the owner.
    case cookieElsewhere = "cookie_elsewhere"
    /// The cookie names the owner, but the proxy sent the request elsewhere.
    case cookieOwner = "cookie_owner"
    /// The cookie names a dead node.
    case cookieDead = "cookie_dead"
    /// An older version of Traefik wrote the cookie.
    case cookieOldScheme = "cookie_old_scheme"
    /// The cookie names no known node, or more than one.
    case cookieUnmapped = "cookie_unmapped"
    /// The log does not show the cookie.
    case notLogged = "not_logged"
}
