import Sessions

/// A phrase that says what happened to a session, as a pattern of words such as `session {id?} is? owned|held by
/// {owner}`.
///
/// Bars separate alternatives, `?` marks an optional word, `*` stands for up to six words, and `{id}`, `{owner}` and
/// `{node}` are captured. Case and punctuation do not matter. A phrase may be anywhere in a message, and begins with a
/// plain word.
struct Phrase: Sendable {
    enum Part: Sendable {
        case word([Vocabulary.Term], isOptional: Bool)
        case gap
        case capture(Capture, isOptional: Bool)
    }

    enum Capture: Int, Sendable {
        case id, owner, node
    }

    /// The texts that a phrase captured from a message.
    struct Captures: Sendable {
        var id: ArraySlice<UInt8>?
        var owner: ArraySlice<UInt8>?
        var node: ArraySlice<UInt8>?
    }

    static let gapWords = 6

    /// The kind of event; nil for a phrase that looks like one but must not be counted.
    let kind: LogEvent.Kind?
    let parts: [Part]
    /// True if the event counts without a session id.
    let needsNoID: Bool
    /// The length to which the logger cuts ids; nil if it does not.
    let idCut: Int?

    /// A phrase as written in the table.
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

    /// The plain words of a pattern or a piece of it, with alternatives and nouns spelt out.
    static func words(of pattern: some StringProtocol) -> [String] {
        pattern.split(separator: " ").filter { $0 != "*" && !$0.hasPrefix("{") }.flatMap { piece in
            piece.filter { $0 != "?" }.split(separator: "|").map { String($0) }.flatMap {
                $0 == "@node" ? nodeNouns : [$0]
            }
        }
    }

    /// The nouns for which `@node` stands.
    private static let nodeNouns = [
        "node", "pod", "instance", "host", "worker", "replica", "server", "process", "machine", "gateway", "container",
        "backend", "member", "peer",
    ]

    /// The words with which this phrase may begin.
    var firstWords: [Vocabulary.Term] {
        guard case .word(let words, false)? = parts.first else { return [] }
        return words
    }

    /// The captures, if `message` contains the phrase at word `start`.
    func match(_ message: borrowing Message, at start: Int) -> Captures? {
        match(message, start, 0, Captures())
    }

    /// Tries each way to match in turn. Patterns are short and gaps are bounded, so there are few.
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
