/// The limits of a ``LogFollower``, and its intervals.
public struct LogLimits: Sendable {
    /// The time between two matches of all patterns with the files that exist.
    public var matchSeconds = 1.0
    /// The time for which a file that lost its name must be quiet before it is closed: its writer may not have noticed
    /// yet.
    public var quietSeconds = 5.0
    /// The maximum number of bytes of one file in a round, so that one fast writer does not hold up the others.
    public var fileBytesPerRound = 4 << 20
    /// The maximum number of bytes of all files in a round, so that it ends soon.
    public var bytesPerRound = 64 << 20
    /// The number of bytes of one read, unless a line is longer.
    public var chunkBytes = 256 << 10
    /// The longest line, including its line feed. Of a longer line only the beginning is offered. It is never less than
    /// a chunk.
    public var lineBytes = 1 << 20
    /// The maximum number of open files.
    public var maxFiles = 1_024
    /// The maximum number of names that the patterns may match at one time.
    public var maxNames = 16_384
    /// The maximum number of entries of one folder that are searched for a renamed file.
    public var maxSiblings = 16_384
    /// The maximum number of positions to keep, of open and of closed files.
    public var maxPositions = 4_096
    /// The maximum number of problems that one round reports.
    public var maxProblems = 64

    public init() {}

    /// The limits, raised where they contradict each other.
    var checked: LogLimits {
        var limits = self
        limits.chunkBytes = max(1, chunkBytes)
        limits.lineBytes = max(lineBytes, limits.chunkBytes)
        limits.maxPositions = max(maxPositions, maxFiles)
        return limits
    }
}
