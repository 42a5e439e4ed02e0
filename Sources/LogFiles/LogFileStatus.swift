/// The state of one file: its progress, or the reason why it is not read.
public struct LogFileStatus: Sendable, Equatable {
    /// The number as in ``LogChunk/file``; nil if the file is not read.
    public var file: Int?
    public var path: String
    public var tag: Int
    /// The size of the file when it was last read.
    public var size: UInt64 = 0
    /// The end of the lines that were taken.
    public var offset: UInt64 = 0
    /// The offset at which a new reader should begin.
    public var settled: UInt64 = 0
    /// The offset at which a new reader would begin by the position file.
    public var committed: UInt64 = 0
    /// The reason why it is not read.
    public var problem: LogProblem?
    /// True if its path now leads elsewhere, or nowhere.
    public var hasLeft = false
    /// The number of bytes known to have been removed unread since the file was opened.
    public var bytesLost: UInt64 = 0
}
