import Sessions

/// An event as lines of one kind give it again and again: the same but for its session and time. What is told from a
/// line's other fields is found out once, and then known by their bytes.
struct EventPattern: Sendable {
    let event: LogEvent
    /// The role of the field that names the session; nil where the event has none.
    let session: FieldRole?
    /// The logger cuts ids to this many characters.
    let idCut: Int?
}

/// The patterns of one source.
struct EventPatterns: Sendable {
    private static let keyBytes = 512
    private var known = TextCache<EventPattern>(limit: 256, textLimit: Self.keyBytes)

    /// Whether a role's values are part of the key: those of the others are another in each line, or never repeated.
    static func isKey(_ role: FieldRole) -> Bool {
        switch role {
        case .session, .requestSession, .responseSession, .time, .requestCookie, .setCookie: false
        default: true
        }
    }

    /// The pattern of a line.
    subscript(fields: TemplateFields) -> EventPattern? {
        unsafe known.value(of: fields.keyHash) { unsafe fields.hasKey($0) }
    }

    /// Keeps the pattern of a line that had none. A text with digits may hold an id, which is neither repeated nor to be
    /// kept.
    mutating func keep(_ pattern: EventPattern, of fields: TemplateFields) {
        let holdsDigits = [FieldRole.message, .event, .reason, .error].contains { role in
            fields.text(role)?.contains(where: \.isDigit) == true
        }
        if !holdsDigits { known.keep(pattern, for: fields.key[...], fields.keyHash) }
    }
}

/// A line's pattern is known by its key: the template's number, and each value of a key role behind its length.
extension TemplateFields {
    fileprivate var key: [UInt8] {
        var key: [UInt8] = []
        func append(_ number: Int) {
            for shift in [0, 8, 16, 24] { key.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        append(Int(unsafe template.number))
        for role in unsafe template.keyRoles {
            append(text(at: role).count)
            key += text(at: role)
        }
        return key
    }

    /// From each value's length, beginning and end alone.
    fileprivate var keyHash: TextHash {
        var hash = TextHash()
        let roles = unsafe template.keyRoles
        hash.mix(UInt64(unsafe template.number))
        for role in roles {
            let (first, last) = text(at: role).ends
            hash.mix(first)
            hash.mix(last)
        }
        return hash
    }

    fileprivate func hasKey(_ key: UnsafeRawBufferPointer) -> Bool {
        guard unsafe key.loadUnaligned(as: UInt32.self) == template.number else { return false }
        var at = 4
        let roles = unsafe template.keyRoles
        for role in roles {
            let value = text(at: role)
            guard at + 4 + value.count <= key.count,
                unsafe Int(key.loadUnaligned(fromByteOffset: at, as: UInt32.self)) == value.count,
                unsafe value.holds(key, at + 4, value.count, at: value.startIndex)
            else { return false }
            at += 4 + value.count
        }
        return at == key.count
    }
}

extension RecordReader {
    /// Hands on what a line of a known kind comes to, unless that is irrelevant. Returned, it would be copied on the way.
    mutating func read(_ fields: TemplateFields, _ head: LineHead, _ each: (LineReading.Outcome) -> Void) {
        guard let pattern = patterns[fields] else {
            let outcome = outcome(head, fields)
            if case .event(let event) = outcome, let pattern = pattern(of: event, head, fields) {
                patterns.keep(pattern, of: fields)
            }
            if outcome.isHandedOn { each(outcome) }
            return
        }
        do throws(LineFault) {
            each(.event(try event(of: pattern, head, fields)))
        } catch {
            each(.malformed(error))
        }
    }

    private mutating func event(
        of pattern: EventPattern, _ head: LineHead, _ fields: TemplateFields
    ) throws(LineFault) -> LogEvent {
        var session = LogSession.none
        if let role = pattern.session {
            guard case .string(let written)? = fields[role]?.value else { throw .parseError }
            session = try LogSession(
                written: role == .session ? written.peeled : written, maxLength: maxIDLength, cutAt: pattern.idCut)
        }
        let time = try time(head, fields) ?? head.wrapperTime
        let cookie = head.format == .traefikJSON ? cookie(ofRequest: fields) : nil
        return pattern.event.again(session, at: time, cookie: cookie)
    }

    /// The pattern of an event; nil where its session stands in a text.
    private mutating func pattern(of event: LogEvent, _ head: LineHead, _ fields: TemplateFields) -> EventPattern? {
        let roles: [FieldRole] = head.format == .traefikJSON ? [.requestSession, .responseSession] : [.session]
        let role = event.session == .none ? nil : roles.first { fields[$0]?.text != nil }
        guard role != nil || event.session == .none else { return nil }
        return EventPattern(event: event, session: role, idCut: statement(of: fields)?.sense.idCut)
    }
}
