/// The progress through a source, in bytes from its beginning.
public struct LinesRead: Sendable, Equatable {
    /// The end of the lines that were read. The rest of the chunk begins a line, and must be handed in again with more.
    public var readTo: UInt64
    /// The place at which a new reader must start to lose nothing, since a record that begins here may still continue.
    public var settledAt: UInt64
    /// How many outcomes a new reader that starts at ``settledAt`` repeats until it is at ``readTo``.
    public var counted: Int
    /// The number of lines. At the end of a source, a line without line feed counts too.
    public var lines: Int
}
