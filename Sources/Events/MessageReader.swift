/// Tells what a message's words say. Loggers repeat a message to the letter where the ids stand in fields, so what the
/// last ones said is remembered.
struct MessageReader: Sendable {
    enum Finding: Sendable {
        /// No phrase.
        case nothing
        /// A phrase that is not to be counted.
        case leftAlone
        case says(Sense)
    }

    private var known = TextCache<Finding>(limit: 256, textLimit: 128)

    mutating func read(_ text: some LineText) -> Finding {
        if let finding = known[text] { return finding }
        let finding = Self.find(in: Array(text)[...])
        // A text with digits may hold an id, which is neither repeated nor to be kept.
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
        // `session_misrouted` in the middle of a text line.
        for word in message.words.prefix(8) where word.raw.contains(UInt8(ascii: "_")) {
            if word.bare.count <= EventWords.textLimit, let kind = EventWords.kind(of: word.bare.squeezed) {
                return .says(Sense(kind: kind))
            }
        }
        return .nothing
    }
}
