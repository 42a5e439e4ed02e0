import Synchronization

/// A number that only grows, counted from any thread without a lock.
public final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    public init() {}

    /// Adds `number`, which is not negative.
    public func add(_ number: Int = 1) {
        assert(number >= 0, "a counter only grows")
        count.wrappingAdd(number, ordering: .relaxed)
    }

    /// The count so far.
    public var value: Int { count.load(ordering: .relaxed) }
}
