/// A single word that may name an event, looked up in ``EventWords``.
struct EventWord {
    /// The kind that the word names in a field such as `event`.
    private let named: LogEvent.Kind?
    /// The kind that it makes of a miss in a field such as `reason`.
    let reason: LogEvent.Kind?
    let isAbsence: Bool
    /// True if the word is the kind's own name, which may be as general as `created`.
    private let isGeneral: Bool

    init(_ text: some LineText) {
        let word = text.count <= EventWords.textLimit ? text.squeezed : ""
        named = EventWords.kind(of: word)
        reason = EventWords.reason(of: word)
        isAbsence = EventWords.isAbsence(word)
        isGeneral = named?.rawValue == word
    }

    /// The kind that the word names in a field. A general word such as `created` counts only in a field that holds
    /// nothing but event names.
    func kind(in mark: FieldMark) -> LogEvent.Kind? {
        !isGeneral || named == .misroute || mark.contains(.eventName) ? named : nil
    }
}
