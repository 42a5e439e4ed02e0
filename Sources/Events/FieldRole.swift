/// What a field is for, told by its name alone.
enum FieldRole: Int, CaseIterable {
    case session, node, processID, boot, owner, ownerBoot, time, cookie, client, status
    /// The text that says what happened.
    case message
    /// A word that says what happened (`session_misrouted`).
    case event
    /// A word that says why (`misroute`, `unknown_session`).
    case reason
    /// The text of an error.
    case error
    case protocolVersion, modernMethod
    // What only an access log carries.
    case requestSession, responseSession, requestCookie, setCookie, method
    case serviceAddress, serviceURL, originStatus, downstreamStatus
}

/// A role, and how good a name is for it: where two fields of a line claim one role, the lower rank has it.
struct FieldClaim {
    let role: FieldRole
    let rank: Int
}

/// The best field of a line for each role.
struct FieldRoles {
    private var best: [(field: LogField, score: Int)?]
    /// Two fields of the same path that disagree on the session: the line means neither.
    private(set) var namesTwoSessions = false

    init(_ fields: [LogField]) {
        best = Array(repeating: nil, count: FieldRole.allCases.count)
        for field in fields {
            guard let claim = FieldClaim.of(field) else { continue }
            // A null or a list is an answer only where no other field has a better one, and only to the session.
            if field.text == nil, claim.role != .session || best[claim.role.rawValue] != nil { continue }
            let score = claim.rank * 100 + field.depth * 2 + (field.isInList ? 1 : 0)
            let slot = claim.role.rawValue
            guard let held = best[slot] else {
                best[slot] = (field, score)
                continue
            }
            if claim.role == .session, held.field.path == field.path, held.field.value != field.value,
                !field.isInList
            {
                namesTwoSessions = true
            }
            // Of several spans in a list the last is the innermost.
            if score < held.score || score == held.score && field.isInList || held.field.text == nil {
                best[slot] = (field, score)
            }
        }
    }

    subscript(role: FieldRole) -> LogField? { best[role.rawValue]?.field }

    func text(_ role: FieldRole) -> ArraySlice<UInt8>? {
        guard let text = self[role]?.text?.trimmed, !text.isEmpty else { return nil }
        return text
    }
}
