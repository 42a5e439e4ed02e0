import Sessions

/// One request in Traefik's JSON access log. It tells of sessions only where the log keeps the header `Mcp-Session-Id`,
/// and of cookies only where it keeps `Cookie`.
///
/// `{"RequestMethod":"POST","OriginStatus":404,"ServiceURL":"http://10.0.0.2:8080","request_Mcp-Session-Id":"7c9e..."}`
struct AccessLogEntry<Fields: RoleFields> {
    let fields: Fields

    /// The node's own answer, or the proxy's where it keeps no other.
    var status: Int? {
        let text = fields.text(.originStatus) ?? fields.text(.downstreamStatus)
        return text.flatMap { Int(leading: $0) }
    }

    /// `10.0.0.2:8080`: the address that the request was sent to.
    var node: Fields.Text? {
        if let address = fields.text(.serviceAddress) { return address }
        guard let url = fields.text(.serviceURL) else { return nil }
        let authority = url.range(of: "://").map { url[$0.upperBound...] } ?? url
        return authority.prefix { $0 != UInt8(ascii: "/") }
    }

    private var isDelete: Bool {
        fields.text(.method).map { $0.count == 6 && $0.squeezed == "delete" } ?? false
    }

    /// What kind of event the request is, and the header that names its session; nil where it says nothing of one. A
    /// 404 is a miss: the node's own log or the registry tells more.
    func sense(node: String?) -> (kind: LogEvent.Kind, session: RoleField<Fields.Text>?)? {
        if ProtocolRevision.isSessionless(fields) { return (.modern, nil) }
        let isSuccess = status.map { (200..<300).contains($0) } ?? false
        if let session = fields[.requestSession] {
            if status == 404, node != nil { return (.miss, session) }
            return isSuccess ? (isDelete ? .closed : .held, session) : nil
        }
        guard isSuccess, let given = fields[.responseSession] else { return nil }
        return (.created, given)
    }
}

extension RecordReader {
    mutating func accessLogEvent(_ head: LineHead, _ fields: some RoleFields) throws(LineFault) -> LogEvent? {
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

    /// The cookie that the client sent; else the one that it is given, which says nothing of what it sent.
    mutating func cookie<Fields: RoleFields>(ofRequest fields: Fields) -> StickySighting {
        let header = CookieHeader<Fields.Text>(name: cookie)
        if case .string(let sent) = fields[.requestCookie]?.value { return sighting(header.find(in: sent)) }
        guard let given = fields.text(.setCookie), case .value(let value) = header.find(in: given) else {
            return .notLogged
        }
        return sighting(.value(value))
    }
}
