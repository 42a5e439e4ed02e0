import Digests
import Foundation

/// Random numbers for a test that tries many inputs: a failure can be run again with the seed that it printed.
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private static let variable = "TEST_SEED"

    public let seed: UInt64
    private var numbers: SplitMix64

    public init(seed: UInt64) {
        self.seed = seed
        numbers = SplitMix64(seed: seed)
    }

    /// Takes the seed of `TEST_SEED` where that is set, else a new one, and prints it.
    public init(for test: String) {
        let given = ProcessInfo.processInfo.environment[Self.variable].flatMap { UInt64($0) }
        self.init(seed: given ?? UInt64.random(in: 0...UInt64.max))
        print("\(test): \(Self.variable)=\(seed)")
    }

    public mutating func next() -> UInt64 { numbers.next() }

    /// True once in `n` times.
    public mutating func oneIn(_ n: Int) -> Bool { Int.random(in: 0..<n, using: &self) == 0 }

    public mutating func pick<T>(_ items: [T]) -> T { items[Int.random(in: 0..<items.count, using: &self)] }
}
