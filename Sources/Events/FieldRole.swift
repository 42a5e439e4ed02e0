/// What a field is for, told by its name alone.
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
    // What only an access log carries.
    case requestSession, responseSession, requestCookie, setCookie, method
    case serviceAddress, serviceURL, originStatus, downstreamStatus
}
