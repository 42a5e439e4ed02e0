import Sessions

/// A reader that makes events from the parts of lines. ``EventWords`` and ``PhraseBook`` interpret the words of a line;
/// the roles of its fields give the rest.
struct RecordReader: Sendable {
    let rules: [LogRule]
    /// The name of the sticky cookie.
    let cookie: String
    let maxIDLength: Int
    private var messages = MessageReader()
    var patterns = EventPatterns()
    var names = NameCache()
    var stamps = StampReader()

    init(rules: [LogRule], cookie: String, maxIDLength: Int) {
        self.rules = rules
        self.cookie = cookie
        self.maxIDLength = maxIDLength
    }

    mutating func read(_ record: LineRecord) -> LineReading {
        let fields = FieldRoles(record.fields, message: record.head.format.isJSON ? nil : record.message)
        let rule = rules.first { $0.fits(record) }
        var reading = LineReading(
            outcome: rule.map { outcome(of: $0, record, fields) } ?? outcome(record.head, fields),
            format: record.head.format)
        switch reading.outcome {
        case .malformed: reading.node = node(record.head, fields) ?? record.wrapperNode
        case .event(var event) where event.node == nil && record.wrapperNode != nil:
            event.node = record.wrapperNode
            reading.outcome = .event(event)
        case .event, .irrelevant, .unreached, .pending: break
        }
        return reading
    }

    /// Reads a line of a known kind, without a wrapper that names a node.
    mutating func read(_ fields: TemplateFields, _ head: LineRecord.Head) -> LineReading {
        var reading = LineReading(outcome: .irrelevant, format: head.format)
        read(fields, head) { reading.outcome = $0 }
        if case .malformed = reading.outcome { reading.node = node(head, fields) }
        return reading
    }

    private mutating func outcome(
        of rule: LogRule, _ record: LineRecord, _ fields: FieldRoles
    ) -> LineReading.Outcome {
        do throws(LineFault) {
            return .event(try event(of: rule, record, fields))
        } catch {
            return .malformed(error)
        }
    }

    /// The outcome of a line that matches no rule.
    mutating func outcome(_ head: LineRecord.Head, _ fields: some RoleFields) -> LineReading.Outcome {
        do throws(LineFault) {
            if head.format == .traefikJSON, let node = try unreachedNode(head, fields) { return .unreached(node) }
            guard
                let event = head.format == .traefikJSON ? try accessLogEvent(head, fields) : try event(head, fields)
            else { return head.isBroken ? .malformed(.parseError) : .irrelevant }
            return .event(event)
        } catch {
            return .malformed(error)
        }
    }

    private mutating func event<Fields: RoleFields>(
        _ head: LineRecord.Head, _ fields: Fields
    ) throws(LineFault) -> LogEvent? {
        guard let said = statement(of: fields) else { return nil }
        if head.isBroken || fields.namesTwoSessions { throw .parseError }
        guard let session = try session(said, fields) else { return nil }
        let kind = said.sense.kind
        let node = said.node.flatMap { names.name($0) } ?? node(head, fields)
        return LogEvent(
            kind: kind.isFailure && ProtocolRevision.isSessionless(fields) ? .modern : kind, session: session,
            node: node, owner: owner(said, fields, node: node),
            time: try time(head, fields) ?? head.wrapperTime, cookie: cookie(fields),
            client: fields.text(.client).flatMap { names.name($0) },
            status: fields.text(.status).flatMap { Int(leading: $0) })
    }
}

extension RecordReader {
    /// The statement of a line. A named event takes precedence over a phrase, and a phrase over a reason; the text of
    /// an error comes last.
    mutating func statement<Fields: RoleFields>(of fields: Fields) -> Statement<Fields.Text>? {
        let reason = fields.text(.reason).map { EventWord($0) }
        if let field = fields[.event], let text = field.text, let kind = EventWord(text).kind(in: field.mark) {
            return Statement(sense: Sense(kind: refined(kind, reason)))
        }
        if reason?.isAbsence == true { return nil }
        let message = fields.message
        switch messages.read(message) {
        case .leftAlone: return nil
        case .says(var sense):
            sense.kind = refined(sense.kind, reason)
            return Statement(sense: sense, text: message)
        case .nothing: break
        }
        if let kind = reason?.reason { return Statement(sense: Sense(kind: kind), text: message) }
        guard let error = fields.text(.error), case .says(let sense) = messages.read(error), sense.kind.isFailure else {
            return nil
        }
        return Statement(sense: sense, text: error)
    }

    /// The kind that the reason gives to a miss; otherwise the kind itself.
    private func refined(_ kind: LogEvent.Kind, _ reason: EventWord?) -> LogEvent.Kind {
        kind == .miss ? reason?.reason ?? kind : kind
    }

    /// The session that a line names; nil if the line says nothing without one.
    private func session<Fields: RoleFields>(
        _ said: Statement<Fields.Text>, _ fields: Fields
    ) throws(LineFault) -> LogSession? {
        let cut = said.sense.idCut
        if let field = fields[.session], !(field.text == nil && field.mark == .id) {
            guard case .string(let written) = field.value else { throw .parseError }
            return try LogSession(written: written.peeled, maxLength: maxIDLength, cutAt: cut)
        }
        if let id = said.id { return try LogSession(written: id, maxLength: maxIDLength, cutAt: cut) }
        let message = Message(Array(said.text)[...])
        if let id = message.sessionID(besides: said.owner.map { Array($0)[...] }) {
            return try LogSession(written: id, maxLength: maxIDLength, cutAt: cut)
        }
        if said.sense.needsNoID { return LogSession.none }
        switch said.sense.kind {
        case .ownerDead, .registryError, .modern: return LogSession.none
        case .created, .held, .closed: return nil
        case .misroute, .unknown, .miss, .ownerRestarted:
            // "No owner" or "wrong host" in a text that does not mention sessions is about something else.
            if !said.text.isEmpty, !message.mentionsSession { return nil }
            throw .parseError
        }
    }

    /// The node that a field names, or that ContextForge names in its text.
    private mutating func node(_ head: LineRecord.Head, _ fields: some RoleFields) -> String? {
        if let field = fields[.node], let name = field.text.flatMap({ names.name($0.peeled) }) {
            // ContextForge's workers are named `hostname:pid`, and log the two in separate fields.
            if field.mark == .hostName, let pid = fields.text(.processID)?.name { return name + ":" + pid }
            return name
        }
        guard !head.format.isJSON, fields.message.contains("orker ") else { return nil }
        return Message(Array(fields.message)[...]).name(after: ["worker"], before: "session")
    }

    private mutating func owner<Fields: RoleFields>(
        _ said: Statement<Fields.Text>, _ fields: Fields, node: String?
    ) -> LogOwner? {
        var owner = LogOwner()
        if let field = fields[.owner], let name = field.text.flatMap({ names.name($0.peeled) }) {
            // Each process of the C# SDK makes a new owner id, so it is a boot.
            if field.mark == .ownerID, name.utf8.count == 36, name.utf8.count(where: { $0 == UInt8(ascii: "-") }) == 4 {
                owner.boot = name
            } else {
                owner.node = name
            }
        } else {
            owner.node = said.owner.flatMap { names.name($0) }
        }
        owner.boot = fields.text(.ownerBoot).flatMap { names.name($0.peeled) } ?? owner.boot
        if said.sense.kind == .created || said.sense.kind == .closed, owner.name == nil {
            owner.node = node
            owner.boot = fields.text(.boot).flatMap { names.name($0.peeled) }
        }
        return owner.name == nil ? nil : owner
    }

    mutating func time(_ head: LineRecord.Head, _ fields: some RoleFields) throws(LineFault) -> UnixTime? {
        if head.hasBadTime { throw .badTime }
        if let time = head.time { return time }
        if head.format == .traefikJSON {
            guard let text = fields.text(.time) else { return nil }
            return try stamps.read(text, isNumber: false)
        }
        switch fields[.time]?.value {
        case .string(let text): return try stamps.read(text, isNumber: false)
        case .number(let text): return try stamps.read(text, isNumber: true)
        case .null, .other, nil: return nil
        }
    }

    private mutating func cookie(_ fields: some RoleFields) -> StickySighting {
        switch fields[.cookie]?.value {
        case .string(let text), .number(let text):
            return sighting(CookieHeader(name: cookie).find(inField: text.trimmed))
        case .null: return .none
        case .other, nil: return .notLogged
        }
    }

    mutating func sighting<Text>(_ finding: CookieHeader<Text>.Finding) -> StickySighting {
        switch finding {
        case .notLogged: .notLogged
        case .none: .none
        // A value that is too long is not ours.
        case .value(let text): names.name(text).map { .value($0) } ?? .none
        }
    }
}
