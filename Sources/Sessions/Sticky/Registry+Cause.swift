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
        // The proxy drops a dead node from its list, whatever its URL was.
        guard liveness[named]?.isAlive == true else { return named == owner ? .cookieOwner : .cookieDead }
        if isReplaced, hasOtherURLs(request, named: named, by: sent) { return .cookieRejected }
        return named == owner ? .cookieOwner : .cookieElsewhere
    }

    /// Returns whether the proxy wrote a sent cookie for a URL by which it no longer calls the node that the cookie names.
    /// Either the node is called otherwise by now, or the node that answered is, since after that cookie's URL was seen.
    private func hasOtherURLs(_ request: LoggedRequest, named: String, by sent: String) -> Bool {
        let urls = testimony.serviceURLs
        // Where a node has two URLs in use at a time, neither is the latest.
        if urls.takeTurns(of: named) { return false }
        if let latest = urls.latest(of: named), !isCookie(sent, of: latest.url) { return true }
        guard let url = request.serviceURL, case .value(let given) = request.givenCookie, isCookie(given, of: url)
        else {
            return false
        }
        let changed: UnixTime
        if let serving = serving(request) {
            let node = liveness.nodes[serving]
            let seen = urls.all(of: node.name)
            guard let present = seen.first(where: { $0.url == url }) else { return false }
            let isNew = seen.contains { $0.last < present.since }
            guard isNew || node.heartbeat?.url.map({ !isCookie(given, of: $0) }) ?? false else { return false }
            changed = present.since
        } else {
            changed = request.time ?? request.arrival ?? UnixTime(milliseconds: .max)
        }
        let known = urls.all(of: named)
        return !known.isEmpty && known.allSatisfy { $0.last < changed || !isCookie(sent, of: $0.url) }
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
