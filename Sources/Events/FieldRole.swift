/// The purpose of a field, which follows from its name alone.
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
    case serviceAddress, serviceURL, serviceName, originStatus, downstreamStatus
}

extension FieldRole {
    /// True if a field without text may have the role when no other field has it. A null then means that there is no
    /// value.
    var takesNull: Bool { self == .session || self == .cookie }

    /// True if quotes and parentheses around the value are removed.
    var isPeeled: Bool {
        switch self {
        case .session, .node, .owner, .ownerBoot, .boot: true
        default: false
        }
    }
}
