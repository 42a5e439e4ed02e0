import Sessions

extension RecordReader {
    /// Reads a line of a known kind, and reports its outcome unless it is irrelevant. Returning the outcome would copy
    /// it.
    mutating func read(_ fields: TemplateFields, _ head: LineRecord.Head, _ each: (LineReading.Outcome) -> Void) {
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
        of pattern: EventPatterns.Pattern, _ head: LineRecord.Head, _ fields: TemplateFields
    ) throws(LineFault) -> LogEvent {
        var session = LogSession.none
        if let role = pattern.session {
            guard case .string(let written)? = fields[role]?.value else { throw .parseError }
            session = try LogSession(
                written: role == .session ? written.peeled : written, maxLength: maxIDLength, cutAt: pattern.idCut)
        }
        let time = try time(head, fields) ?? head.wrapperTime
        let cookies = head.format == .traefikJSON ? (sent: sentCookie(fields), given: givenCookie(fields)) : nil
        return pattern.event.replacing(session, time: time, cookies: cookies)
    }

    /// The pattern of an event; nil if a text names its session.
    private mutating func pattern(
        of event: LogEvent, _ head: LineRecord.Head, _ fields: TemplateFields
    ) -> EventPatterns.Pattern? {
        let roles: [FieldRole] = head.format == .traefikJSON ? [.requestSession, .responseSession] : [.session]
        let role = event.session == .none ? nil : roles.first { fields[$0]?.text != nil }
        guard role != nil || event.session == .none else { return nil }
        return EventPatterns.Pattern(event: event, session: role, idCut: statement(of: fields)?.sense.idCut)
    }
}
