/// The purpose of a field, known by its name alone.
enum FieldRole: Int, Sendable, CaseIterable {
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
    // Only access logs have these.
    case requestSession, responseSession, requestCookie, setCookie, method
    case serviceAddress, serviceURL, originStatus, downstreamStatus
}

extension FieldRole {
    /// Whether a field without text may have the role if no other has it. A null there means that there is none.
    var takesNull: Bool { self == .session || self == .cookie }

    /// Whether quotes and parentheses around the value are taken off.
    var isPeeled: Bool {
        switch self {
        case .session, .node, .owner, .ownerBoot, .boot: true
        default: false
        }
    }
}
