/// A piece of one file, made of complete lines.
public struct LogChunk: Sendable {
    /// The number of the file, which no other file ever gets. A truncated file continues under a new number.
    public let file: Int
    /// The path at which the file was found; it may have another name by now.
    public let path: String
    /// The tag of the pattern that found the file.
    public let tag: Int
    /// The offset of the first byte in the file.
    public let offset: UInt64
    /// The offset after the chunk. It exceeds `offset + bytes.count` if a line was too long and had to be cut.
    public let end: UInt64
    /// The lines, each with its line feed, except that a file's very last line may lack one. Read `bytes.span` in
    /// place: keeping a chunk costs the follower a new buffer.
    public let bytes: ArraySlice<UInt8>
    /// The number of results from here on that were counted before a restart and must be skipped. Each chunk repeats
    /// the number until one is taken; then it is 0.
    public let skip: Int
    /// True if nothing will ever follow under this number; `bytes` may be empty. A last chunk that is not taken to its
    /// end is offered again, except after a truncation, which removed its content.
    public let isLast: Bool
    /// True if the bytes are the beginning of one line longer than ``LogLimits/lineBytes``, whose rest is left out.
    public let isOversized: Bool
}

// The bytes may hold session ids, so they are not printed.
extension LogChunk: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(bytes.count) bytes of file \(file) at \(offset)" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
