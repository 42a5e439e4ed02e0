// The part of the registry that concerns testimony alone.

extension Registry {
    /// Returns the sessions that log lines showed to be closed since the last call, and that cleanup removed or may have
    /// removed: they must not be restored.
    public mutating func takeClosed() -> [SessionRef] { testimony.takeClosed() }

    /// Returns everything that is remembered of a session's refused requests. Nil if there is nothing.
    public func failures(of ref: SessionRef, at now: UnixTime) -> SessionFailures? {
        testimony.failures.failures(of: ref, at: now)
    }

    /// Returns the sessions with a refused request in the last 5 minutes.
    public func affectedSessions(at now: UnixTime) -> AffectedSessions { testimony.failures.affected(at: now) }

    /// Returns the sessions with the most misroutes in the last 15 minutes, the most first.
    public func mostMisrouted(_ limit: Int, at now: UnixTime) -> [SessionFailures] {
        testimony.failures.top(limit, at: now)
    }

    /// Returns the nodes that a sticky cookie's value names, and its scheme. Nil if it names none.
    public func node(ofCookie value: String) -> StickyMatch? { testimony.addresses.cookies.decode(value) }

    /// The sticky cookies that are in use.
    public var stickyRules: StickyRules {
        get { testimony.stickyRules }
        set {
            testimony.stickyRules = newValue
            updateAddresses()
        }
    }
}
