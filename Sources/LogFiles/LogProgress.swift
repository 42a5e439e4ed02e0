/// The user's answer to a chunk: how much of it was taken.
public struct LogProgress: Sendable, Equatable {
    /// The end of the lines that were taken: the chunk's `end`, or after an earlier line feed, or its `offset` for
    /// none. The rest comes again in another round. A chunk with an oversized line is taken whole or not at all.
    public var readTo: UInt64
    /// The offset at which a new reader must begin to lose nothing.
    public var settledAt: UInt64
    /// How many results after `settledAt` are counted already, which a new reader passes over.
    public var counted: Int

    public init(readTo: UInt64, settledAt: UInt64, counted: Int) {
        self.readTo = readTo
        self.settledAt = settledAt
        self.counted = counted
    }
}
