/// The fate of the sessions that one owner left behind, or that ended together.
///
/// Sessions in none of the three parts had a refused request within the last 5 minutes, so it is too early to tell.
public struct Aftermath: Sendable, Equatable {
    /// The number of all sessions: those that are still registered, and those that ended since.
    public var sessions = 0
    /// The number of sessions that their clients gave up: a request was refused and then none for 5 minutes, or the
    /// session was closed since, or another owner took it over.
    public var recovered = 0
    /// The number of sessions whose clients keep failing: ``SessionFailures/isStuck``.
    public var stuck = 0
    /// The number of sessions for which no request was seen since.
    public var silent = 0

    public init(sessions: Int = 0, recovered: Int = 0, stuck: Int = 0, silent: Int = 0) {
        (self.sessions, self.recovered, self.stuck, self.silent) = (sessions, recovered, stuck, silent)
    }

    static func + (a: Aftermath, b: Aftermath) -> Aftermath {
        Aftermath(
            sessions: a.sessions + b.sessions, recovered: a.recovered + b.recovered, stuck: a.stuck + b.stuck,
            silent: a.silent + b.silent)
    }
}
