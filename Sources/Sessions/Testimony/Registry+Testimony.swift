// The part of the registry that is about testimony alone.

extension Registry {
    /// What is remembered of a session's refused requests; nil where nothing is.
    public func failures(of ref: SessionRef, at now: UnixTime) -> SessionFailures? {
        testimony.failures.failures(of: ref, at: now)
    }

    /// Sessions with a refused request in the last 5 minutes.
    public func affectedSessions(at now: UnixTime) -> AffectedSessions { testimony.failures.affected(at: now) }

    /// The sessions that were misrouted most in the last 15 minutes, the most first.
    public func mostMisrouted(_ limit: Int, at now: UnixTime) -> [SessionFailures] {
        testimony.failures.top(limit, at: now)
    }

    /// The nodes that a sticky cookie's value names, and by which scheme; nil where it names none.
    public func node(ofCookie value: String) -> StickyMatch? { testimony.addresses.cookies.decode(value) }

    /// Which sticky cookies there may be.
    public var stickyRules: StickyRules {
        get { testimony.stickyRules }
        set {
            testimony.stickyRules = newValue
            updateAddresses()
        }
    }
}
