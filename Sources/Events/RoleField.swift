/// The value and the marks of a field that has a role.
struct RoleField<Text: LineText> {
    enum Value {
        case string(Text)
        case number(Text)
        case null
        case other
    }

    let value: Value
    let mark: FieldMark

    /// The text of a string or number.
    var text: Text? {
        switch value {
        case .string(let text), .number(let text): text
        case .null, .other: nil
        }
    }
}
