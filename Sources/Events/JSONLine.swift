/// A JSON object: its fields, and the positions of its values in the line.
struct JSONLine {
    /// A string without its quotes, or a number, as written in the line.
    struct Value {
        var place: Range<Int>
        let isNumber: Bool
    }

    var fields: [LogField]
    /// All values in order, those in arrays included.
    var values: [Value]
}

extension JSONLine.Value {
    /// True if it is a short text without digits, such as a level or a logger's name, which most lines have in common.
    func isWord(in text: ArraySlice<UInt8>) -> Bool {
        !isNumber && place.count <= 32 && !text[place].contains(where: \.isDigit)
    }

    /// The range of the text that a field of `role` takes from the value; nil if escapes must be undone. Rust's `Debug`
    /// puts escaped quotes around a whole value, and some roles take the text between them.
    func place(for role: FieldRole, in text: ArraySlice<UInt8>) -> Range<Int>? {
        let written = text[place]
        guard written.contains(UInt8(ascii: "\\")) else { return place }
        let inside = written.dropFirst(2).dropLast(2)
        guard role.isPeeled, written.count >= 5, written.starts(with: "\\\""), written.ends(with: "\\\""),
            !inside.contains(UInt8(ascii: "\\"))
        else { return nil }
        return inside.startIndex..<inside.endIndex
    }
}
