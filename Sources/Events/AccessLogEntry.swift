import Sessions

/// One request in Traefik's JSON access log. It tells of sessions only where the log keeps the header `Mcp-Session-Id`,
/// and of cookies only where it keeps `Cookie`.
///
/// `{"RequestMethod":"POST","OriginStatus":404,"ServiceURL":"http://10.0.0.2:8080","request_Mcp-Session-Id":"7c9e..."}`
struct AccessLogEntry {
    private let roles: FieldRoles
    private let cookie: String
    private let maxIDLength: Int

    init(_ roles: FieldRoles, cookie: String, maxIDLength: Int) {
        self.roles = roles
        self.cookie = cookie
        self.maxIDLength = maxIDLength
    }

    /// The node's own answer, or the proxy's where it keeps no other.
    private var status: Int? {
        let text = roles.text(.originStatus) ?? roles.text(.downstreamStatus)
        return text.flatMap { Int(String(decoding: $0.prefix(4), as: UTF8.self)) }
    }

    /// `10.0.0.2:8080`: the address that the request was sent to.
    private var node: String? {
        if let address = roles.text(.serviceAddress)?.name { return address }
        guard let url = roles.text(.serviceURL) else { return nil }
        let authority = url.range(of: "://").map { url[$0.upperBound...] } ?? url
        return authority.prefix { $0 != UInt8(ascii: "/") }.name
    }

    /// Nil where the request says nothing of a session. A 404 is a miss: the node's own log or the registry tells more.
    func event() throws(LineFault) -> LogEvent? {
        let kind: LogEvent.Kind
        var header = roles[.requestSession]
        let isSuccess = status.map { (200..<300).contains($0) } ?? false
        if ProtocolRevision.isSessionless(roles) {
            kind = .modern
            header = nil
        } else if header != nil {
            let isDelete = roles.text(.method)?.squeezed == "delete"
            if status == 404, node != nil {
                kind = .miss
            } else if isSuccess {
                kind = isDelete ? .closed : .held
            } else {
                return nil
            }
        } else if isSuccess, let given = roles[.responseSession] {
            kind = .created
            header = given
        } else {
            return nil
        }
        var event = LogEvent(kind: kind, node: node, status: status)
        if let header {
            guard case .string(let written) = header.value else { throw .parseError }
            event.session = try LogSession(written: written[...], maxLength: maxIDLength)
        }
        if kind == .created || kind == .closed { event.owner = node.map { LogOwner(node: $0) } }
        if let stamp = roles.text(.time) { event.time = try UnixTime.stamped(stamp, isNumber: false) }
        event.cookie = (roles.text(.requestCookie) ?? roles.text(.setCookie)).flatMap {
            CookieHeader.value(of: cookie, in: $0)
        }
        event.client = roles.text(.client)?.name
        return event
    }
}
