/// The result of one round.
public struct LogRound: Sendable, Equatable {
    /// The number of bytes that were taken or skipped.
    public var bytesRead: UInt64 = 0
    /// The number of bytes that were removed, or became unreadable, before they were read.
    public var bytesLost: UInt64 = 0
    /// The number of lines longer than ``LogLimits/lineBytes``.
    public var oversizedLines = 0
    /// The number of files that were truncated, or rewritten in place.
    public var truncations = 0
    /// The number of files that lost their name and were read to their end.
    public var ended = 0
    /// True if all current lines were taken. If not, the next round has work at once.
    public var isCaughtUp = true
    /// The current problems, at most ``LogLimits/maxProblems``, and those that are reported once.
    public var problems: [LogProblem] = []
}
