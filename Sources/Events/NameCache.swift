/// A cache of the names of nodes, owners, cookies and clients. A log repeats a few of them, so each is made only once.
struct NameCache: Sendable {
    private var names = TextCache<String>(limit: 256, textLimit: 64)

    /// The text as a name, with invalid UTF-8 replaced; nil if it is empty or too long.
    mutating func name(_ text: some LineText) -> String? {
        let text = text.trimmed
        if let known = names[text] { return known }
        guard let name = text.name else { return nil }
        names.keep(name, for: text)
        return name
    }
}
