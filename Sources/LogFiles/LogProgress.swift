/// What became of a chunk.
public struct LogProgress: Sendable, Equatable {
    /// Up to where lines were taken: the chunk's `end`, or after a line feed before that, or its `offset` for none. The
    /// rest comes again in another round. A chunk with a line too long is taken whole or not at all.
    public var readTo: UInt64
    /// Where a reader that begins anew must begin to lose nothing.
    public var settledAt: UInt64
    /// Results that follow from `settledAt` and are counted already: a reader that begins anew passes over so many.
    public var counted: Int

    public init(readTo: UInt64, settledAt: UInt64, counted: Int) {
        self.readTo = readTo
        self.settledAt = settledAt
        self.counted = counted
    }
}
