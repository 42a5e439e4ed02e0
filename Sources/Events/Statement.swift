/// The sense of a line, with the text that says it; the text is empty if a single word says it.
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
