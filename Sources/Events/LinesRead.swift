/// The progress through a source, in bytes from its beginning.
public struct LinesRead: Sendable, Equatable {
    /// The end of the lines that were read. The rest of the chunk begins a line, and must be passed again with more
    /// bytes.
    public var readTo: UInt64
    /// The position at which a new reader must start to lose nothing, since a record that begins there may still
    /// continue.
    public var settledAt: UInt64
    /// The number of outcomes that a new reader repeats between ``settledAt`` and ``readTo``.
    public var counted: Int
    /// The number of lines. At the end of a source, a line without a line feed counts too.
    public var lines: Int
}
