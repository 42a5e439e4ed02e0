/// The user's answer to a chunk: how much of it was taken.
public struct LogProgress: Sendable, Equatable {
    /// The end of the lines that were taken: the chunk's `end`, or the position after an earlier line feed, or its
    /// `offset` for none. The rest is offered again in another round. A chunk with an oversized line is taken
    /// completely or not at all.
    public var readTo: UInt64
    /// The offset at which a new reader must begin to lose nothing.
    public var settledAt: UInt64
    /// The number of results after `settledAt` that are already counted, and that a new reader skips.
    public var counted: Int

    public init(readTo: UInt64, settledAt: UInt64, counted: Int) {
        self.readTo = readTo
        self.settledAt = settledAt
        self.counted = counted
    }
}
