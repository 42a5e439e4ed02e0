import Sessions

/// One way to say that something happened to a session, as a pattern of words.
///
/// `session {id?} is? owned|held by {owner}` : alternatives between bars, `?` for a word that may be missing, `*` for
/// up to six words, `{id}`, `{owner}` and `{node}` for what is taken out of the text. Words are compared without case
/// and punctuation. A phrase may stand anywhere in a message and begins with a plain word.
struct Phrase: Sendable {
    enum Part: Sendable {
        case word([Vocabulary.Term], isOptional: Bool)
        case gap
        case capture(Capture, isOptional: Bool)
    }

    enum Capture: Int, Sendable {
        case id, owner, node
    }

    /// What a phrase took out of a message.
    struct Captures: Sendable {
        var id: ArraySlice<UInt8>?
        var owner: ArraySlice<UInt8>?
        var node: ArraySlice<UInt8>?
    }

    static let gapWords = 6

    /// Nil for what looks like one of ours but is not to be counted.
    let kind: LogEvent.Kind?
    let parts: [Part]
    /// The line is of use without the session's id.
    let needsNoID: Bool
    /// The logger cuts ids to this many characters.
    let idCut: Int?

    /// A phrase as the table has it.
    struct Pattern: Sendable {
        let kind: LogEvent.Kind?
        let text: String
        var needsNoID = false
        var idCut: Int?
    }

    init(_ pattern: Pattern) {
        kind = pattern.kind
        needsNoID = pattern.needsNoID
        idCut = pattern.idCut
        parts = pattern.text.split(separator: " ").map { Self.part(of: $0) }
    }

    private static func part(of piece: Substring) -> Part {
        switch piece {
        case "*": .gap
        case "{id}": .capture(.id, isOptional: false)
        case "{id?}": .capture(.id, isOptional: true)
        case "{owner}": .capture(.owner, isOptional: false)
        case "{owner?}": .capture(.owner, isOptional: true)
        case "{node}": .capture(.node, isOptional: false)
        default: .word(words(of: piece).compactMap { Vocabulary.standard[$0]?.term }, isOptional: piece.hasSuffix("?"))
        }
    }

    /// The plain words of a pattern or of one piece of it, alternatives and nouns spelt out.
    static func words(of pattern: some StringProtocol) -> [String] {
        pattern.split(separator: " ").filter { $0 != "*" && !$0.hasPrefix("{") }.flatMap { piece in
            piece.filter { $0 != "?" }.split(separator: "|").map { String($0) }.flatMap {
                $0 == "@node" ? nodeNouns : [$0]
            }
        }
    }

    /// What `@node` stands for.
    private static let nodeNouns = [
        "node", "pod", "instance", "host", "worker", "replica", "server", "process", "machine", "gateway", "container",
        "backend", "member", "peer",
    ]

    /// The words that a message must have for this phrase to begin there.
    var firstWords: [Vocabulary.Term] {
        guard case .word(let words, false)? = parts.first else { return [] }
        return words
    }

    /// The captures, where the phrase stands in `message` from word `start` on.
    func match(_ message: borrowing Message, at start: Int) -> Captures? {
        match(message, start, 0, Captures())
    }

    /// Tries each way in turn; patterns are short and gaps bounded, so the ways are few.
    private func match(
        _ message: borrowing Message, _ word: Int, _ part: Int, _ captures: Captures
    ) -> Captures? {
        guard part < parts.count else { return captures }
        let end = message.terms.count
        switch parts[part] {
        case .gap:
            for next in word...min(word + Self.gapWords, end) {
                if let found = match(message, next, part + 1, captures) { return found }
            }
            return nil
        case .word(let wanted, let isOptional):
            if word < end, wanted.contains(message.terms[word]),
                let found = match(message, word + 1, part + 1, captures)
            {
                return found
            }
            return isOptional ? match(message, word, part + 1, captures) : nil
        case .capture(let capture, let isOptional):
            if word < end, let text = capture == .id ? message.words[word].id : message.words[word].name {
                var taken = captures
                switch capture {
                case .id: taken.id = text
                case .owner: taken.owner = text
                case .node: taken.node = text
                }
                if let found = match(message, word + 1, part + 1, taken) { return found }
            }
            return isOptional ? match(message, word, part + 1, captures) : nil
        }
    }
}
