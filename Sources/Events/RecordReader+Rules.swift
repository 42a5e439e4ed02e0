import Sessions

extension RecordReader {
    /// The event that a rule makes from a line.
    mutating func event(
        of rule: LogRule, _ record: LineRecord, _ fields: some RoleFields
    ) throws(LineFault) -> LogEvent {
        func text(_ path: String?, _ role: FieldRole) -> ArraySlice<UInt8>? {
            guard let path else { return fields.text(role).map { Array($0)[...] } }
            return record.fields.first { $0.path.elementsEqual(path.utf8) }?.text?.trimmed
        }
        var session = LogSession.none
        if let written = text(rule.session, .session)?.peeled {
            session = try LogSession(written: written, maxLength: maxIDLength)
        } else if rule.kind != .registryError && rule.kind != .ownerDead && rule.kind != .modern {
            throw .parseError
        }
        let node = text(rule.node, .node)?.peeled.name
        var owner = LogOwner(
            node: text(rule.owner, .owner)?.peeled.name, boot: text(rule.boot, .ownerBoot)?.peeled.name)
        if owner.name == nil, rule.kind == .created || rule.kind == .closed { owner.node = node }
        var time: UnixTime?
        if let text = text(rule.time, .time) {
            time = try stamps.read(text, isNumber: text.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") })
        }
        return LogEvent(
            kind: rule.kind, session: session, node: node, owner: owner.name == nil ? nil : owner,
            time: time ?? record.head.time ?? record.head.wrapperTime,
            cookie: text(rule.cookie, .cookie).map { sighting(CookieHeader(name: cookie).find(inField: $0)) }
                ?? .notLogged, client: fields.text(.client)?.name)
    }
}
