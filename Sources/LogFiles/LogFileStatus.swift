/// How far one file was read, or why it is not.
public struct LogFileStatus: Sendable, Equatable {
    /// As in ``LogChunk/file``; nil for what is not read.
    public var file: Int?
    public var path: String
    public var tag: Int
    /// Bytes in the file when it was last looked at.
    public var size: UInt64 = 0
    /// Up to where its lines were taken.
    public var offset: UInt64 = 0
    /// Where a new reader would begin, and where it would according to the position file.
    public var settled: UInt64 = 0
    public var committed: UInt64 = 0
    /// Why it is not read.
    public var problem: LogProblem?
    /// Whether its path now leads elsewhere, or nowhere.
    public var hasLeft = false
    /// Known to be cut away before they were read, since it was opened.
    public var bytesLost: UInt64 = 0
}
