/// What a single word says of a session, as ``EventWords`` has it.
struct EventWord {
    /// The kind that it names in a field such as `event`.
    private let named: LogEvent.Kind?
    /// The kind that it gives a miss in a field such as `reason`.
    let reason: LogEvent.Kind?
    let isAbsence: Bool
    /// The word is the kind's own name, as general as `created`.
    private let isGeneral: Bool

    init(_ text: some LineText) {
        let word = text.count <= EventWords.textLimit ? text.squeezed : ""
        named = EventWords.kind(of: word)
        reason = EventWords.reason(of: word)
        isAbsence = EventWords.isAbsence(word)
        isGeneral = named?.rawValue == word
    }

    /// A word as general as `created` names an event of a session only in a field that is there for nothing else.
    func kind(in mark: FieldMark) -> LogEvent.Kind? {
        !isGeneral || named == .misroute || mark.contains(.eventName) ? named : nil
    }
}
