/// The event patterns of one source, keyed by the bytes from which they were read.
struct EventPatterns: Sendable {
    /// An event that lines of one kind repeat with other sessions and times. Everything else is read from the fields
    /// only once.
    struct Pattern: Sendable {
        let event: LogEvent
        /// The role of the field that names the session; nil if the event has none.
        let session: FieldRole?
        /// The length to which the logger cuts ids; nil if it does not.
        let idCut: Int?
    }

    private static let keyBytes = 512
    private var known = TextCache<Pattern>(limit: 256, textLimit: Self.keyBytes)

    /// True if the values of a role are part of the key. Other roles have a new value in each line.
    static func isKey(_ role: FieldRole) -> Bool {
        switch role {
        case .session, .requestSession, .responseSession, .time, .requestCookie, .setCookie: false
        default: true
        }
    }

    /// The pattern of a line; nil if it is not known yet.
    subscript(fields: TemplateFields) -> Pattern? {
        unsafe known.value(of: fields.keyHash) { unsafe fields.hasKey($0) }
    }

    /// Keeps the pattern of a new kind of line. A text with digits is not kept: it may contain an id, which is secret
    /// and does not repeat.
    mutating func keep(_ pattern: Pattern, of fields: TemplateFields) {
        let holdsDigits = [FieldRole.message, .event, .reason, .error].contains { role in
            fields.text(role)?.contains(where: \.isDigit) == true
        }
        if !holdsDigits { known.keep(pattern, for: fields.key[...], fields.keyHash) }
    }
}
