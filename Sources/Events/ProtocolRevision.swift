/// The revision of the protocol that a request uses.
enum ProtocolRevision {
    /// The first revision whose requests have no session.
    static let sessionless = "2026-07-28"

    /// True if the line shows a header that tells the revision.
    static func isShown(_ fields: some RoleFields) -> Bool {
        fields.text(.modernMethod) != nil || fields.text(.protocolVersion) != nil
    }

    static func isSessionless(_ fields: some RoleFields) -> Bool {
        if fields.text(.modernMethod) != nil { return true }
        // Revisions are dates, so their texts compare like dates.
        guard let version = fields.text(.protocolVersion), version.count == sessionless.utf8.count,
            version.first?.isDigit == true
        else { return false }
        return String(decoding: version, as: UTF8.self) >= sessionless
    }
}
