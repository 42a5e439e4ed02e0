/// The meaning of a line, with the text that expresses it; the text is empty if a single word does.
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
