/// The words of a line's message.
struct Message: Sendable {
    struct Word: Sendable {
        /// The word with its quotes and punctuation.
        let raw: ArraySlice<UInt8>
        /// The letters and digits of the word, in lower case.
        let plain: String
        let isCommon: Bool
    }

    private(set) var words: [Word] = []
    /// The numbers of the words in the phrases' vocabulary; ``Vocabulary/unknown`` for a word that is in no phrase.
    private(set) var terms: [Vocabulary.Term] = []

    /// Splits the text at white space. Pieces without a letter or digit (`|`, `→`, `->`) are left out.
    init(_ text: ArraySlice<UInt8>) {
        for piece in text.split(whereSeparator: \.isSpace) {
            guard words.count < LineLimits.words else { return }
            for part in Self.parts(of: piece) {
                let plain = part.squeezed
                if plain.isEmpty { continue }
                let entry = Vocabulary.standard[plain]
                words.append(Word(raw: part, plain: plain, isCommon: entry?.isCommon ?? false))
                terms.append(entry?.term ?? Vocabulary.unknown)
            }
        }
    }

    /// Splits `id:7c9e6679` or `session=7c9e6679` into the word that announces the id, and the id.
    private static func parts(of piece: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        guard let mark = piece.firstIndex(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "=") }),
            mark + 1 < piece.endIndex, announcements.contains(piece[..<mark].squeezed)
        else { return [piece] }
        return [piece[...mark], piece[(mark + 1)...]]
    }

    private static let announcements: Set<String> = ["id", "session", "sessionid", "mcpsessionid", "sid", "owner"]
}

extension Message.Word {
    /// Words that may be in the place of an id or a name, but are neither.
    static let common = """
        a an the this that another other different is was has not no for to from on in at by of with and or it its \
        id ids session sessions found unknown expired owner node pod instance host worker replica server process \
        machine gateway dead alive forwarding request new old previous local here elsewhere method key store \
        registry redis which timed failed due after because via but now peer member closed created someone else \
        registered held owned missing stale gone null none undefined heartbeat
        """

    private static let pairs = ["\"\"", "''", "``", "()", "[]", "<>"].map { ($0.utf8.first!, $0.utf8.last!) }

    /// The word without surrounding quotes, brackets and punctuation. An ellipsis stays, since it shows that an id is
    /// cut.
    var bare: ArraySlice<UInt8> {
        var text = raw
        let isCut = text.ends(with: "...") || text.ends(with: "\u{2026}")
        if !isCut {
            while let last = text.last, ",;:.".utf8.contains(last) { text = text.dropLast() }
        }
        for (open, close) in Self.pairs where text.count > 2 && text.first == open {
            if text.last == close {
                return text.dropFirst().dropLast()
            }
            if open == close || !text.contains(close) { return text.dropFirst() }
        }
        if let last = text.last, "\"'`".utf8.contains(last), text.filter({ $0 == last }).count == 1 {
            text = text.dropLast()
        }
        return text
    }

    /// The word as an id; nil if it looks like a natural word.
    var id: ArraySlice<UInt8>? {
        guard !isCommon, raw.count >= 20 || raw.count >= 4 && raw.contains(where: { !$0.isLetter }) else { return nil }
        let text = bare
        return text.count >= 20 || text.count >= 4 && text.contains(where: { !$0.isLetter }) ? text : nil
    }

    /// The word as the name of a node or boot; nil if it is a common word.
    var name: ArraySlice<UInt8>? { isCommon ? nil : bare }
}
