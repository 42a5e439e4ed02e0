/// A piece of one file, made of whole lines.
public struct LogChunk: Sendable {
    /// The number of the file, which no other file ever gets. A truncated file goes on under a new number.
    public let file: Int
    /// The path at which the file was found; it may have another name by now.
    public let path: String
    /// The tag of the pattern that found the file.
    public let tag: Int
    /// The offset of the first byte in the file.
    public let offset: UInt64
    /// The offset after the chunk. It is more than `offset + bytes.count` if a line was too long and had to be cut.
    public let end: UInt64
    /// The lines, each with its line feed, which may be missing from the file's very last line. Read `bytes.span` in
    /// place: a chunk that is kept costs the follower a new buffer.
    public let bytes: ArraySlice<UInt8>
    /// How many results from here on were counted before a restart and must be passed over. Each chunk repeats the
    /// number until one is taken; then it is 0.
    public let skip: Int
    /// True if nothing will ever follow under this number; `bytes` may be empty. A last chunk that is not taken to its
    /// end comes again, but not after a truncation, since its content is gone.
    public let isLast: Bool
    /// True if the bytes are the beginning of one line longer than ``LogLimits/lineBytes``, the rest of which is left
    /// out.
    public let isOversized: Bool
}

// The bytes may hold session ids, so they are not printed.
extension LogChunk: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(bytes.count) bytes of file \(file) at \(offset)" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
