/// A reader that finds the meaning of messages. Loggers that write ids into fields repeat their messages literally, so
/// it remembers the last ones.
struct MessageReader: Sendable {
    enum Finding: Sendable {
        /// There is no phrase.
        case nothing
        /// There is a phrase that must not be counted.
        case leftAlone
        case says(Sense)
    }

    private var known = TextCache<Finding>(limit: 256, textLimit: 128)

    mutating func read(_ text: some LineText) -> Finding {
        if let finding = known[text] { return finding }
        let finding = Self.find(in: Array(text)[...])
        // A text with digits may contain an id, which is secret and does not repeat.
        if !text.contains(where: \.isDigit) { known.keep(finding, for: text) }
        return finding
    }

    static func find(in text: ArraySlice<UInt8>) -> Finding {
        let message = Message(text)
        if let found = PhraseBook.standard.find(in: message) {
            guard let kind = found.phrase.kind else { return .leftAlone }
            func place(_ piece: ArraySlice<UInt8>?) -> Range<Int>? {
                piece.map { ($0.startIndex - text.startIndex)..<($0.endIndex - text.startIndex) }
            }
            return .says(
                Sense(
                    kind: kind, needsNoID: found.phrase.needsNoID, idCut: found.phrase.idCut,
                    id: place(found.captures.id), owner: place(found.captures.owner), node: place(found.captures.node)))
        }
        // A word such as `session_misrouted` may be in the middle of a text.
        for word in message.words.prefix(8) where word.raw.contains(UInt8(ascii: "_")) {
            if word.bare.count <= EventWords.textLimit, let kind = EventWords.kind(of: word.bare.squeezed) {
                return .says(Sense(kind: kind))
            }
        }
        return .nothing
    }
}
