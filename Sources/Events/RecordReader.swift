import Sessions

/// Tells from a line's parts what event it is: by its words through ``EventWords`` and ``PhraseBook``, by its fields
/// through ``FieldRoles``.
struct RecordReader: Sendable {
    let rules: [LogRule]
    /// The sticky cookie's name.
    let cookie: String
    let maxIDLength: Int
    private var messages = MessageReader()

    init(rules: [LogRule], cookie: String, maxIDLength: Int) {
        self.rules = rules
        self.cookie = cookie
        self.maxIDLength = maxIDLength
    }

    /// What kind of event it is, and what the words themselves gave.
    struct Sense {
        var kind: LogEvent.Kind
        var captures = Phrase.Captures()
        /// The message it was told by.
        var text: ArraySlice<UInt8> = []
        var needsNoID = false
        var idCut: Int?
    }

    mutating func read(_ record: LineRecord, node wrapperNode: String?, time wrapperTime: UnixTime?) -> LineReading {
        let roles = FieldRoles(record.fields)
        var reading = LineReading(outcome: .irrelevant, format: record.format)
        do throws(LineFault) {
            if let event = try event(record, roles) {
                var event = event
                event.node = event.node ?? wrapperNode
                event.time = event.time ?? wrapperTime
                reading.outcome = .event(event)
            } else if record.isBroken {
                throw .parseError
            }
        } catch {
            reading.outcome = .malformed(error)
            reading.node = node(record, roles, Phrase.Captures()) ?? wrapperNode
        }
        return reading
    }

    private mutating func event(_ record: LineRecord, _ roles: FieldRoles) throws(LineFault) -> LogEvent? {
        for rule in rules where rule.fits(record) { return try event(of: rule, record, roles) }
        if record.format == .traefikJSON {
            return try AccessLogEntry(roles, cookie: cookie, maxIDLength: maxIDLength).event()
        }
        guard let sense = sense(of: record, roles) else { return nil }
        if record.isBroken || roles.namesTwoSessions { throw .parseError }
        var event = LogEvent(kind: sense.kind)
        guard let session = try session(sense, roles) else { return nil }
        event.session = session
        event.node = node(record, roles, sense.captures)
        event.owner = owner(sense, roles, node: event.node)
        event.time = try time(record, roles)
        event.cookie = roles.text(.cookie).flatMap { CookieHeader.value(of: cookie, inField: $0) }
        event.client = roles.text(.client)?.name
        event.status = roles.text(.status).flatMap { Int(String(decoding: $0.prefix(4), as: UTF8.self)) }
        if event.kind.isFailure, ProtocolRevision.isSessionless(roles) { event.kind = .modern }
        return event
    }
}

extension RecordReader {
    /// A named event goes before a phrase, a phrase before a reason, the error's text comes last.
    private mutating func sense(of record: LineRecord, _ roles: FieldRoles) -> Sense? {
        if let field = roles[.event], let text = field.text, let kind = EventWords.kind(of: text, of: field) {
            return refined(Sense(kind: kind), roles)
        }
        if let reason = roles.text(.reason), EventWords.isAbsence(reason) { return nil }
        let text = record.format.isJSON ? roles.text(.message) ?? roles.text(.event) ?? [] : record.message
        switch messages.read(text.cleaned) {
        case .leftAlone: return nil
        case .says(let sense): return refined(sense, roles)
        case .nothing: break
        }
        if let reason = roles.text(.reason), let kind = EventWords.reason(of: reason) {
            return Sense(kind: kind, text: text)
        }
        guard let error = roles.text(.error), case .says(let sense) = messages.read(error), sense.kind.isFailure else {
            return nil
        }
        return sense
    }

    /// A miss told more exactly by a reason beside it.
    private func refined(_ sense: Sense, _ roles: FieldRoles) -> Sense {
        guard sense.kind == .miss, let reason = roles.text(.reason), let kind = EventWords.reason(of: reason) else {
            return sense
        }
        var sense = sense
        sense.kind = kind
        return sense
    }

    /// Nil where a line without an id has nothing to say.
    private func session(_ sense: Sense, _ roles: FieldRoles) throws(LineFault) -> LogSession? {
        if let field = roles[.session], !(field.text == nil && field.key == "id") {
            guard case .string(let written) = field.value else { throw .parseError }
            return try LogSession(written: written[...].peeled, maxLength: maxIDLength, cutAt: sense.idCut)
        }
        if let written = sense.captures.id ?? Message(sense.text).sessionID(besides: sense.captures.owner) {
            return try LogSession(written: written, maxLength: maxIDLength, cutAt: sense.idCut)
        }
        if sense.needsNoID { return LogSession.none }
        switch sense.kind {
        case .ownerDead, .registryError, .modern: return LogSession.none
        case .created, .held, .closed: return nil
        case .misroute, .unknown, .miss, .ownerRestarted:
            // "No owner" or "wrong host" without a word of sessions is about something else.
            if !sense.text.isEmpty, !Message(sense.text).mentionsSession { return nil }
            throw .parseError
        }
    }

    private func node(_ record: LineRecord, _ roles: FieldRoles, _ captures: Phrase.Captures) -> String? {
        if let name = captures.node?.name { return name }
        if let field = roles[.node], let name = field.text?.peeled.name {
            // ContextForge's workers are `hostname:pid`, and their logs carry the two apart.
            if field.key == "hostname", let pid = roles.text(.processID)?.name { return name + ":" + pid }
            return name
        }
        return record.message.contains("orker ")
            ? Message(record.message).name(after: ["worker"], before: "session") : nil
    }

    private func owner(_ sense: Sense, _ roles: FieldRoles, node: String?) -> LogOwner? {
        var owner = LogOwner()
        if let field = roles[.owner], let name = field.text?.peeled.name {
            // The C# SDK's owner ids are made anew by each process: boots.
            if field.key.hasSuffix("ownerid"), name.utf8.count == 36,
                name.utf8.filter({ $0 == UInt8(ascii: "-") }).count == 4
            {
                owner.boot = name
            } else {
                owner.node = name
            }
        } else {
            owner.node = sense.captures.owner?.name
        }
        owner.boot = roles.text(.ownerBoot)?.peeled.name ?? owner.boot
        if sense.kind == .created || sense.kind == .closed, owner.name == nil {
            owner.node = node
            owner.boot = roles.text(.boot)?.peeled.name
        }
        return owner.name == nil ? nil : owner
    }

    private func time(_ record: LineRecord, _ roles: FieldRoles) throws(LineFault) -> UnixTime? {
        if record.hasBadTime { throw .badTime }
        if let time = record.time { return time }
        guard let field = roles[.time], let text = field.text else { return nil }
        return try UnixTime.stamped(text, isNumber: { if case .number = field.value { true } else { false } }())
    }
}
