import Sessions

extension RecordReader {
    /// The event in a line of an access log; nil if there is none.
    mutating func accessLogEvent(_ head: LineRecord.Head, _ fields: some RoleFields) throws(LineFault) -> LogEvent? {
        let entry = AccessLogEntry(fields: fields)
        let node = entry.node.flatMap { names.name($0) }
        guard let (kind, session) = entry.sense(node: node) else { return nil }
        var id = LogSession.none
        if let session {
            guard case .string(let written) = session.value else { throw .parseError }
            id = try LogSession(written: written, maxLength: maxIDLength)
        }
        return LogEvent(
            kind: kind, session: id, node: node,
            owner: kind == .created || kind == .closed ? node.map { LogOwner(node: $0) } : nil,
            time: try time(head, fields) ?? head.wrapperTime, cookie: cookie(ofRequest: fields),
            client: fields.text(.client).flatMap { names.name($0) }, status: entry.status)
    }

    /// The cookie that the client sent; if the log does not keep it, the cookie that the client received.
    mutating func cookie<Fields: RoleFields>(ofRequest fields: Fields) -> StickySighting {
        let header = CookieHeader<Fields.Text>(name: cookie)
        if case .string(let sent) = fields[.requestCookie]?.value { return sighting(header.find(in: sent)) }
        guard let given = fields.text(.setCookie), case .value(let value) = header.find(in: given) else {
            return .notLogged
        }
        return sighting(.value(value))
    }
}
