/// The addresses of the nodes, from the URLs in their heartbeats and those that the proxy was seen to use. They show which
/// node a sticky cookie names, and which one a line names as `host:port`.
struct NodeAddresses: Sendable {
    /// The input of the tables.
    private(set) var nodes: [StickyNode] = []
    private(set) var rules = StickyRules()
    private(set) var cookies = StickyCookies(nodes: [])
    /// The claims by URL, without a slash at the end, and by canonical `host:port`.
    private var urls = NodeClaims()
    private var authorities = NodeClaims()

    /// Rebuilds the tables if something changed. What the heartbeat of a living node says wins over the URLs that the
    /// proxy was seen to use.
    mutating func update(_ nodes: [StickyNode], rules: StickyRules) {
        guard nodes != self.nodes || rules != self.rules else { return }
        (self.nodes, self.rules) = (nodes, rules)
        (urls, authorities) = (NodeClaims(), NodeClaims())
        for node in nodes {
            guard let url = node.url, let authority = Authority(heartbeatURL: url) else { continue }
            urls.add(Self.withoutSlash(url), node: node.name, isAlive: node.isAlive)
            authorities.add(authority.canonical, node: node.name, isAlive: node.isAlive)
        }
        let own = authorities
        let known = nodes.map { node in
            var node = node
            let name = node.name
            node.proxyURLs.removeAll { url in
                let claimed = Authority(written: url).map { own.living($0.canonical) } ?? []
                return !claimed.isEmpty && !claimed.contains(name)
            }
            return node
        }
        for node in known {
            for url in node.proxyURLs {
                urls.add(Self.withoutSlash(url), node: node.name, isAlive: node.isAlive)
                guard let authority = Authority(written: url) else { continue }
                authorities.add(authority.canonical, node: node.name, isAlive: node.isAlive)
            }
        }
        cookies = StickyCookies(nodes: known, rules: rules)
    }

    /// Returns the one node that a line names by an address, or by the URL in the proxy's configuration. Nil if it
    /// names none, or more than one.
    func node(writtenAs text: String, url: String? = nil) -> String? {
        if let url {
            let nodes = urls[Self.withoutSlash(url)]
            if nodes.count == 1 { return nodes[0] }
        }
        guard let authority = url.flatMap({ Authority(url: $0) }) ?? Authority(written: text) else { return nil }
        let nodes = authorities[authority.canonical]
        return nodes.count == 1 ? nodes[0] : nil
    }

    private static func withoutSlash(_ url: String) -> String { url.hasSuffix("/") ? String(url.dropLast()) : url }
}

extension NodeAddresses {
    /// Returns the meaning of a request's sticky cookie. Nil if there is none, or it names no node.
    func match(_ sighting: StickySighting) -> StickyMatch? {
        guard case .value(let value) = sighting else { return nil }
        return cookies.decode(value)
    }
}
