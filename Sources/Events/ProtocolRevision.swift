/// Which revision of the protocol a request spoke.
enum ProtocolRevision {
    /// From this one on requests have no session.
    static let sessionless = "2026-07-28"

    static func isSessionless(_ fields: some RoleFields) -> Bool {
        if fields.text(.modernMethod) != nil { return true }
        // Revisions are dates, so that their texts compare like them.
        guard let version = fields.text(.protocolVersion), version.count == sessionless.utf8.count,
            version.first?.isDigit == true
        else { return false }
        return String(decoding: version, as: UTF8.self) >= sessionless
    }
}
