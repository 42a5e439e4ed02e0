// Whom a line of a log means.

extension Registry {
    /// The node that a line names: by its name, else as `host:port` of its URL, else as `name:pid`. Nil where none is
    /// meant, or more than one.
    func node(writtenAs text: String) -> Int? {
        if let number = liveness.number(of: text) { return number }
        if let name = testimony.addresses.node(writtenAs: text) { return liveness.number(of: name) }
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let digits = text.utf8[text.utf8.index(after: colon)...]
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return liveness.number(of: String(text[..<colon]))
    }
}
