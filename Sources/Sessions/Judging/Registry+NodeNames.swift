// Whom a line of a log means.

extension Registry {
    /// The node that a line names: by its name, else as `host:port` of its URL, else as `name:pid`. Nil where none is
    /// meant, or more than one.
    func node(writtenAs text: String) -> Int? {
        if let index = nodeIndex[text] { return index }
        if let name = addresses.node(writtenAs: text) { return nodeIndex[name] }
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let digits = text.utf8[text.utf8.index(after: colon)...]
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return nodeIndex[String(text[..<colon])]
    }

    /// Has cookies and addresses follow the nodes' URLs. Nodes that never beat are no servers that we know of.
    mutating func updateAddresses() {
        let seen = nodes.lazy.filter { $0.heartbeat != nil }
        let known = seen.map { StickyNode(name: $0.name, url: $0.heartbeat?.url, isAlive: $0.isAlive) }
        addresses.update(Array(known), rules: stickyRules)
    }

    /// The nodes that a sticky cookie's value names, and by which scheme; nil where it names none.
    public func node(ofCookie value: String) -> StickyMatch? { addresses.cookies.decode(value) }
}
