/// The names of nodes, owners, cookies and clients: a log holds few of them many times, so each is made once.
struct NameCache: Sendable {
    private var names = TextCache<String>(limit: 256, textLimit: 64)

    /// As text, broken UTF-8 replaced; nil where it is empty or longer than a name may be.
    mutating func name(_ text: some LineText) -> String? {
        let text = text.trimmed
        if let known = names[text] { return known }
        guard let name = text.name else { return nil }
        names.keep(name, for: text)
        return name
    }
}
