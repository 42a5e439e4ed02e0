/// The fields of one line by their roles, wherever their bytes are.
protocol RoleFields {
    associatedtype Text: LineText

    /// The best field for a role.
    subscript(role: FieldRole) -> RoleField<Text>? { get }
    /// True if two fields with the same path disagree on the session. Then neither counts.
    var namesTwoSessions: Bool { get }
    /// The text that says what happened.
    var message: Text { get }
}

extension RoleFields {
    /// The text of the field with a role; nil if it is empty.
    func text(_ role: FieldRole) -> Text? {
        guard let text = self[role]?.text?.trimmed, !text.isEmpty else { return nil }
        return text
    }
}
