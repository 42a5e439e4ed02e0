/// The fields of one line by what they are for, wherever their bytes are.
protocol RoleFields {
    associatedtype Text: LineText

    /// The best field for a role.
    subscript(role: FieldRole) -> RoleField<Text>? { get }
    /// Two fields of the same path that disagree on the session: the line means neither.
    var namesTwoSessions: Bool { get }
    /// The text that says what happened.
    var message: Text { get }
}

/// A field as far as its role asks.
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

extension RoleFields {
    /// The text of a role's field, unless it is empty.
    func text(_ role: FieldRole) -> Text? {
        guard let text = self[role]?.text?.trimmed, !text.isEmpty else { return nil }
        return text
    }
}

extension FieldRole {
    /// Whether a field without a text may have the role, where no other has it: a null there is an answer.
    var takesNull: Bool { self == .session || self == .cookie }
}
