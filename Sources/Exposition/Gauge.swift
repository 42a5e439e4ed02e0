import Synchronization

/// A number that rises and falls, set from any thread without a lock.
public final class Gauge: Sendable {
    /// The bit pattern of the double, since there are atomics of integers only.
    private let bits: Atomic<UInt64>

    /// Makes a gauge that starts at `value`.
    public init(_ value: Double = 0) {
        bits = Atomic(value.bitPattern)
    }

    /// Replaces the value.
    public func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    /// Adds `difference`, which may be negative.
    public func add(_ difference: Double) {
        var before = bits.load(ordering: .relaxed)
        while true {
            let after = (Double(bitPattern: before) + difference).bitPattern
            let (done, found) = bits.weakCompareExchange(expected: before, desired: after, ordering: .relaxed)
            if done { return }
            before = found
        }
    }

    /// The value now.
    public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}
