import Synchronization

/// Counters by label values, with a limit on each label's values.
public final class CounterVector: Sendable {
    private let cells: Mutex<LabelledCells<Int>>
    private let labelNames: [String]

    /// All combinations of preset values, at 0. A value that comes later gets its combinations with all values of the
    /// other labels, or, without `combinesAll`, only those that occur.
    public init(_ labels: [VectorLabel], combinesAll: Bool = true) {
        labelNames = labels.map(\.name)
        cells = Mutex(LabelledCells(labels: labels, empty: 0, combinesAll: combinesAll))
    }

    /// Adds to the counter of these values, given in the order of the labels.
    public func add(_ values: [String], _ number: Int = 1) {
        assert(number >= 0, "a counter only grows")
        cells.withLock { $0.update(values) { $0 &+= number } }
    }

    /// Makes a value known: its combinations start at 0. Says whether it has a place.
    @discardableResult
    public func admit(_ value: String, of label: String) -> Bool {
        cells.withLock { $0.admit(value, of: label) }
    }

    /// Drops every counter with this value and gives its place free.
    public func forget(_ value: String, of label: String) {
        cells.withLock { $0.forget(value, of: label) }
    }

    /// All counters together.
    public var sum: Int { cells.withLock { cells in cells.snapshot.reduce(0) { $0 &+ $1.value } } }

    /// All counters at one instant, in the order in which they came to be.
    public func snapshot() -> [(labels: LabelSet, value: Int)] {
        cells.withLock { $0.snapshot }
    }

    /// How often each label's value was folded into `other`.
    public func overflows() -> [(label: String, count: Int)] {
        Array(zip(labelNames, cells.withLock { $0.overflows }).map { ($0, $1) })
    }
}
