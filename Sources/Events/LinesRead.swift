/// How far a source was read, in bytes from its beginning.
public struct LinesRead: Sendable, Equatable {
    /// Lines were taken up to here; what follows is the beginning of a line, and is to be handed again with more.
    public var readTo: UInt64
    /// From here a new reader must start to lose nothing: a record that begins here may still go on.
    public var settledAt: UInt64
    /// How many outcomes a reader that starts at ``settledAt`` hands on again until it is at ``readTo``.
    public var counted: Int
    /// Line feeds of the chunk, and the line without one at the end of a source.
    public var lines: Int
}
