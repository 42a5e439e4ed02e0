/// What one round brought.
public struct LogRound: Sendable, Equatable {
    /// Handed on and taken, or passed over.
    public var bytesRead: UInt64 = 0
    /// Known to have been cut away, or to be unreadable, before they were read.
    public var bytesLost: UInt64 = 0
    /// Lines longer than ``LogLimits/lineBytes``.
    public var oversizedLines = 0
    /// Files found cut short or written anew in place.
    public var truncations = 0
    /// Files that were read to their end, after they lost their name.
    public var ended = 0
    /// Whether everything that was there was taken: else the next round has something to do at once.
    public var isCaughtUp = true
    /// All that is wrong now, bounded by ``LogLimits/maxProblems``; what happened once is told once.
    public var problems: [LogProblem] = []
}
