/// Whole lines of one file, in the order in which they stand there.
public struct LogChunk: Sendable {
    /// Tells the file from every other that was or will be followed. A file that was truncated begins as a new one.
    public let file: Int
    /// The path under which the file was found; it may have another name by now.
    public let path: String
    /// The pattern's.
    public let tag: Int
    /// Of the first byte, in the file.
    public let offset: UInt64
    /// Of what follows the chunk. More than `offset + bytes.count` where a line too long was cut.
    public let end: UInt64
    /// Lines, each with its line feed; that of the file's very last line may be missing. `bytes.span` is read in place:
    /// a chunk that is kept costs the follower a new buffer.
    public let bytes: ArraySlice<UInt8>
    /// Results that follow from here and were counted before a restart: to be passed over. The same in each chunk until
    /// one was taken, then 0.
    public let skip: Int
    /// Nothing will ever follow, and this number is done with; `bytes` may be empty. If it is not taken to its end, it
    /// comes again. After a truncation it does not: what it stood for is gone.
    public let isLast: Bool
    /// The bytes are the beginning of one line that is longer than ``LogLimits/lineBytes``; the rest of it is not given.
    public let isOversized: Bool
}

/// The bytes may hold session ids.
extension LogChunk: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(bytes.count) bytes of file \(file) at \(offset)" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
