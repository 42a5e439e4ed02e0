/// The result of one round.
public struct LogRound: Sendable, Equatable {
    /// The bytes that were taken, or passed over.
    public var bytesRead: UInt64 = 0
    /// The bytes that were cut away, or became unreadable, before they were read.
    public var bytesLost: UInt64 = 0
    /// The lines longer than ``LogLimits/lineBytes``.
    public var oversizedLines = 0
    /// The files that were truncated, or written anew in place.
    public var truncations = 0
    /// The files that lost their name and were read to their end.
    public var ended = 0
    /// True if all present lines were taken. If not, the next round has work at once.
    public var isCaughtUp = true
    /// The present problems, at most ``LogLimits/maxProblems``, and those that are reported once.
    public var problems: [LogProblem] = []
}
