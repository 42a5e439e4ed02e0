/// What bounds the following of files, and how patient it is.
public struct LogLimits: Sendable {
    /// Between two looks at what the patterns match.
    public var lookSeconds = 1.0
    /// How long a file that lost its name must bring nothing before it is closed: its writer may not have noticed yet.
    public var quietSeconds = 5.0
    /// Read of one file in a round, so that one fast writer does not keep the others waiting.
    public var fileBytesPerRound = 4 << 20
    /// Read of all files in a round, so that it ends soon.
    public var bytesPerRound = 64 << 20
    /// Read at once, where no line is longer.
    public var chunkBytes = 256 << 10
    /// The longest line, its line feed included; of a longer one the beginning is told. Never less than a chunk.
    public var lineBytes = 1 << 20
    /// Held open at once.
    public var maxFiles = 1_024
    /// Names that the patterns may match in one look.
    public var maxNames = 16_384
    /// Entries of one folder that are searched for a file that was renamed.
    public var maxSiblings = 16_384
    /// Files whose positions are kept: those that are open, and those that were.
    public var maxPositions = 4_096
    /// Problems that one round tells.
    public var maxProblems = 64

    public init() {}

    /// With no chunk of nothing, and no chunk that could hold a line too long.
    var checked: LogLimits {
        var limits = self
        limits.chunkBytes = max(1, chunkBytes)
        limits.lineBytes = max(lineBytes, limits.chunkBytes)
        limits.maxPositions = max(maxPositions, maxFiles)
        return limits
    }
}
