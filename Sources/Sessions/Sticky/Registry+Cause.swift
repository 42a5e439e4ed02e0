// The cause of a misroute, as far as the sticky cookies show it: the one that the client sent, and the one that the proxy
// gave.

extension Registry {
    /// Returns why a request reached another node than the living owner. `match` is what the sent cookie names.
    func cause(of request: LoggedRequest, _ match: StickyMatch?, owner: String?) -> StickyCause {
        let sent: String
        switch request.cookie {
        case .notLogged, .noHeader: return .notLogged
        case .none: return request.givenCookie == .none ? .stickinessOff : .noCookie
        case .value(let value): sent = value
        }
        var isReplaced = false
        if case .value(let given) = request.givenCookie {
            isReplaced = given != sent && !testimony.serviceNames.isNamed(by: given)
        }
        guard let match else {
            // The cookie of a weighted service says nothing of the node.
            if testimony.serviceNames.isNamed(by: sent) { return .notLogged }
            return isReplaced ? .cookieRejected : .cookieUnmapped
        }
        let inUse = traefikScheme(at: request.time ?? request.arrival)
        if match.scheme.isOlder(than: inUse) { return .cookieOldScheme }
        // After a downgrade, the proxy does not accept the cookies of the newer version either.
        if isReplaced, inUse.isOlder(than: match.scheme) { return .cookieRejected }
        guard let named = match.node else { return .cookieUnmapped }
        if named == owner {
            // It is made of a URL by which the proxy no longer calls the owner.
            let url = isReplaced ? testimony.serviceURLs.latest(of: named) : nil
            return url.map { !isCookie(sent, of: $0) } ?? false ? .cookieRejected : .cookieOwner
        }
        return liveness[named]?.isAlive == true ? .cookieElsewhere : .cookieDead
    }

    private func isCookie(_ value: String, of url: String) -> Bool {
        let cookies = StickyCookies(nodes: [StickyNode(name: "owner", url: url)], rules: stickyRules)
        return cookies.decode(value) != nil
    }

    /// Returns the scheme by which Traefik wrote cookies at that time; without a time, now. The settings win over what
    /// the cookies showed.
    public func traefikScheme(at time: UnixTime? = nil) -> StickyScheme {
        stickyRules.traefik ?? testimony.schemesInUse.scheme(at: time) ?? SchemesInUse.assumed
    }
}
