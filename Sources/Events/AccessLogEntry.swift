import Sessions

/// A request in Traefik's JSON access log. It names a session only if the log keeps the header `Mcp-Session-Id`, and a
/// cookie only if it keeps `Cookie`.
///
/// `{"RequestMethod":"POST","OriginStatus":404,"ServiceURL":"http://10.0.0.2:8080","request_Mcp-Session-Id":"7c9e..."}`
struct AccessLogEntry<Fields: RoleFields> {
    let fields: Fields

    /// The status of the node's answer, or of the proxy's if the log has no other. Traefik writes `"OriginStatus":0` if
    /// the client hung up before the node's answer was complete; then only the proxy's status is true.
    var status: Int? { status(.originStatus) ?? status(.downstreamStatus) }

    private func status(_ role: FieldRole) -> Int? {
        guard let text = fields.text(role), let number = Int(leading: text), number > 0 else { return nil }
        return number
    }

    /// The address to which the request was sent, such as `10.0.0.2:8080`.
    var node: Fields.Text? {
        if let address = fields.text(.serviceAddress) { return address }
        guard let url = fields.text(.serviceURL) else { return nil }
        let authority = url.range(of: "://").map { url[$0.upperBound...] } ?? url
        return authority.prefix { $0 != UInt8(ascii: "/") }
    }

    /// True if the proxy answered that it cannot reach the node (502), or that the node does not answer in time (504).
    var isOfUnreachedNode: Bool { status == 502 || status == 504 }

    private var isDelete: Bool {
        fields.text(.method).map { $0.count == 6 && $0.squeezed == "delete" } ?? false
    }

    /// The kind of event that the request represents, and the header that names its session; nil if it concerns no
    /// session. A 404 is only a miss: the node's own log or the registry knows more.
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
