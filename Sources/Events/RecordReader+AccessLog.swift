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
            time: try time(head, fields) ?? head.wrapperTime, cookie: sentCookie(fields),
            givenCookie: givenCookie(fields), client: fields.text(.client).flatMap { names.name($0) },
            status: entry.status,
            proxy: ProxyPart(
                url: fields.text(.serviceURL).flatMap { names.name($0) },
                service: fields.text(.serviceName).flatMap { names.name($0) },
                showsRevision: ProtocolRevision.isShown(fields),
                answerNamesSession: fields[.responseSession] != nil))
    }

    /// The node that the proxy could not reach; nil if it did, or the line names none.
    mutating func unreachedNode(
        _ head: LineRecord.Head, _ fields: some RoleFields
    ) throws(LineFault) -> UnreachedNode? {
        let entry = AccessLogEntry(fields: fields)
        guard entry.isOfUnreachedNode, let node = entry.node.flatMap({ names.name($0) }) else { return nil }
        return UnreachedNode(
            node: node, url: fields.text(.serviceURL).flatMap { names.name($0) },
            time: try time(head, fields) ?? head.wrapperTime)
    }

    /// The cookie that the client sent: `request_Cookie`. Traefik writes no field for a request without the header.
    mutating func sentCookie(_ fields: some RoleFields) -> StickySighting { stickyCookie(fields, .requestCookie) }

    /// The cookie that the proxy gave: `downstream_Set-Cookie`, or else `origin_Set-Cookie`.
    mutating func givenCookie(_ fields: some RoleFields) -> StickySighting { stickyCookie(fields, .setCookie) }

    private mutating func stickyCookie<Fields: RoleFields>(_ fields: Fields, _ role: FieldRole) -> StickySighting {
        guard case .string(let header) = fields[role]?.value else { return .noHeader }
        return sighting(CookieHeader<Fields.Text>(name: cookie).find(in: header))
    }
}
