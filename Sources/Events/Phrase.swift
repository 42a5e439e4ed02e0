import Sessions

/// One way to say that something happened to a session, as a pattern of words.
///
/// `session {id?} is? owned|held by {owner}` : alternatives between bars, `?` for a word that may be missing, `*` for
/// up to six words, `{id}`, `{owner}` and `{node}` for what is taken out of the text. Words are compared without case
/// and punctuation. A phrase may stand anywhere in a message and begins with a plain word.
struct Phrase: Sendable {
    enum Part: Sendable {
        case word(Set<String>, isOptional: Bool)
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

    init(_ kind: LogEvent.Kind?, _ pattern: String, needsNoID: Bool = false, idCut: Int? = nil) {
        self.kind = kind
        self.needsNoID = needsNoID
        self.idCut = idCut
        parts = pattern.split(separator: " ").map { Self.part(of: $0) }
    }

    private static func part(of piece: Substring) -> Part {
        switch piece {
        case "*": .gap
        case "{id}": .capture(.id, isOptional: false)
        case "{id?}": .capture(.id, isOptional: true)
        case "{owner}": .capture(.owner, isOptional: false)
        case "{owner?}": .capture(.owner, isOptional: true)
        case "{node}": .capture(.node, isOptional: false)
        default:
            .word(
                Set(
                    piece.filter { $0 != "?" }.split(separator: "|").flatMap { word in
                        word == "@node" ? Self.nodeNouns : [String(word)]
                    }), isOptional: piece.hasSuffix("?"))
        }
    }

    /// What `@node` stands for.
    private static let nodeNouns = [
        "node", "pod", "instance", "host", "worker", "replica", "server", "process", "machine", "gateway", "container",
        "backend", "member", "peer",
    ]

    /// The words that a message must have for this phrase to begin there.
    var firstWords: Set<String> {
        guard case .word(let words, false)? = parts.first else { return [] }
        return words
    }

    /// The captures, where the phrase stands in `message` from word `start` on.
    func match(_ message: Message, at start: Int) -> Captures? {
        match(message.words[...], start, 0, Captures())
    }

    /// Tries each way in turn; patterns are short and gaps bounded, so the ways are few.
    private func match(
        _ words: ArraySlice<Message.Word>, _ word: Int, _ part: Int, _ captures: Captures
    ) -> Captures? {
        guard part < parts.count else { return captures }
        switch parts[part] {
        case .gap:
            for next in word...min(word + Self.gapWords, words.endIndex) {
                if let found = match(words, next, part + 1, captures) { return found }
            }
            return nil
        case .word(let wanted, let isOptional):
            if word < words.endIndex, wanted.contains(words[word].plain),
                let found = match(words, word + 1, part + 1, captures)
            {
                return found
            }
            return isOptional ? match(words, word, part + 1, captures) : nil
        case .capture(let capture, let isOptional):
            if word < words.endIndex, let text = capture == .id ? words[word].id : words[word].name {
                var taken = captures
                switch capture {
                case .id: taken.id = text
                case .owner: taken.owner = text
                case .node: taken.node = text
                }
                if let found = match(words, word + 1, part + 1, taken) { return found }
            }
            return isOptional ? match(words, word, part + 1, captures) : nil
        }
    }
}

/// All phrases, and the way to those that a message may hold.
struct PhraseBook: Sendable {
    private let phrases: [Phrase]
    private let byFirstWord: [String: [Int]]

    static let standard = PhraseBook(Phrase.all)

    init(_ phrases: [Phrase]) {
        self.phrases = phrases
        var byFirstWord: [String: [Int]] = [:]
        for (index, phrase) in phrases.enumerated() {
            for word in phrase.firstWords { byFirstWord[word, default: []].append(index) }
        }
        self.byFirstWord = byFirstWord
    }

    /// The first phrase of the book that stands in `message`.
    func find(in message: Message) -> (phrase: Phrase, captures: Phrase.Captures)? {
        var places: [(phrase: Int, word: Int)] = []
        for (position, word) in message.words.enumerated() {
            for index in byFirstWord[word.plain] ?? [] { places.append((index, position)) }
        }
        places.sort { ($0.phrase, $0.word) < ($1.phrase, $1.word) }
        for place in places {
            if let captures = phrases[place.phrase].match(message, at: place.word) {
                return (phrases[place.phrase], captures)
            }
        }
        return nil
    }
}
