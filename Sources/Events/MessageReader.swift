/// Tells what a message's words say. Loggers repeat a message to the letter where the ids stand in fields, so what the
/// last ones said is remembered.
struct MessageReader: Sendable {
    enum Finding: Sendable {
        /// No phrase.
        case nothing
        /// A phrase that is not to be counted.
        case leftAlone
        case says(RecordReader.Sense)
    }

    private static let limit = 256
    private static let textLimit = 128
    private var known: [ArraySlice<UInt8>: Finding] = [:]

    mutating func read(_ text: ArraySlice<UInt8>) -> Finding {
        if let finding = known[text] { return finding }
        let finding = Self.find(in: text)
        // A text with digits may hold an id, which is neither repeated nor to be kept.
        if text.count <= Self.textLimit, !text.contains(where: \.isDigit) {
            if known.count >= Self.limit { known.removeAll(keepingCapacity: true) }
            // A copy: the slice would keep its whole line in memory.
            known[Array(text)[...]] = finding.withoutText
        }
        return finding
    }

    static func find(in text: ArraySlice<UInt8>) -> Finding {
        let message = Message(text)
        if let found = PhraseBook.standard.find(in: message) {
            guard let kind = found.phrase.kind else { return .leftAlone }
            return .says(
                RecordReader.Sense(
                    kind: kind, captures: found.captures, text: text, needsNoID: found.phrase.needsNoID,
                    idCut: found.phrase.idCut))
        }
        // `session_misrouted` in the middle of a text line.
        for word in message.words.prefix(8) where word.raw.contains(UInt8(ascii: "_")) {
            if let kind = EventWords.kind(of: word.bare) { return .says(RecordReader.Sense(kind: kind, text: text)) }
        }
        return .nothing
    }
}

extension MessageReader.Finding {
    /// With copies of what it took out of a line, instead of pieces of the line.
    fileprivate var withoutText: MessageReader.Finding {
        guard case .says(var sense) = self else { return self }
        sense.captures = Phrase.Captures(
            id: sense.captures.id.map { Array($0)[...] }, owner: sense.captures.owner.map { Array($0)[...] },
            node: sense.captures.node.map { Array($0)[...] })
        sense.text = Array(sense.text)[...]
        return .says(sense)
    }
}
