/// A JSON object that was read: its fields, and where its values stand in the line.
struct JSONLine {
    /// A string without its quotes, or a number, as it is written.
    struct Value {
        var place: Range<Int>
        let isNumber: Bool
    }

    var fields: [LogField]
    /// In their order, those of arrays among them.
    var values: [Value]
}
