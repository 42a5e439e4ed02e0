/// The addresses of the nodes, from their URLs. They show which node a sticky cookie names, and which one a line names
/// as `host:port`.
struct NodeAddresses: Sendable {
    /// The input of the tables.
    private(set) var nodes: [StickyNode] = []
    private(set) var rules = StickyRules()
    private(set) var cookies = StickyCookies(nodes: [])
    private var authorities = NodeClaims()

    /// Rebuilds the tables if something changed.
    mutating func update(_ nodes: [StickyNode], rules: StickyRules) {
        guard nodes != self.nodes || rules != self.rules else { return }
        (self.nodes, self.rules) = (nodes, rules)
        cookies = StickyCookies(nodes: nodes, rules: rules)
        authorities = NodeClaims()
        for node in nodes {
            guard let authority = node.url.flatMap({ Authority(url: $0) }) else { continue }
            authorities.add(authority.text, node: node.name, isAlive: node.isAlive)
        }
    }

    /// Returns the one node that listens there. Nil if none does, or more than one.
    func node(writtenAs text: String) -> String? {
        guard let authority = Authority(written: text) else { return nil }
        let nodes = authorities[authority.text]
        return nodes.count == 1 ? nodes[0] : nil
    }
}

extension NodeAddresses {
    /// Returns the meaning of a request's sticky cookie. Nil if there is none, or it names no node.
    func match(_ sighting: StickySighting) -> StickyMatch? {
        guard case .value(let value) = sighting else { return nil }
        return cookies.decode(value)
    }
}
