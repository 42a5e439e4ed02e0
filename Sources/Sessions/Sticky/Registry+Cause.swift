// The cause of a misroute, as far as the sticky cookie shows it.

extension Registry {
    /// Returns why a request reached another node than the living owner. `match` is what its cookie names.
    func cause(of request: LoggedRequest, _ match: StickyMatch?, owner: String?) -> StickyCause {
        switch request.cookie {
        case .notLogged: return .notLogged
        case .none: return .noCookie
        case .value: break
        }
        guard let match else { return .cookieUnmapped }
        if match.scheme.isOlder(than: stickyRules.traefik) { return .cookieOldScheme }
        guard let named = match.node else { return .cookieUnmapped }
        if named == owner { return .cookieOwner }
        return liveness[named]?.isAlive == true ? .cookieElsewhere : .cookieDead
    }
}
