/// What a text was found to say of a session.
struct Sense: Sendable {
    var kind: LogEvent.Kind
    /// The line is of use without the session's id.
    var needsNoID = false
    /// The logger cuts ids to this many characters.
    var idCut: Int?
    /// Where in the text the session's id, the owner and the node stand, counted from its beginning. Places instead of
    /// pieces, so that what a text says can be kept without the text.
    var id: Range<Int>?
    var owner: Range<Int>?
    var node: Range<Int>?
}

/// A line's sense, and the text by which it was told: empty where that was a word of its own.
struct Statement<Text: LineText> {
    var sense: Sense
    var text = Text()

    var id: Text? { piece(sense.id) }
    var owner: Text? { piece(sense.owner) }
    var node: Text? { piece(sense.node) }

    private func piece(_ place: Range<Int>?) -> Text? {
        guard let place else { return nil }
        return text[(text.startIndex + place.lowerBound)..<(text.startIndex + place.upperBound)]
    }
}
