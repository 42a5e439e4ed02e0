import Synchronization

/// A set of counters, one for each combination of label values, with a limit on the values of each label.
public final class CounterVector: Sendable {
    private let cells: Mutex<LabelledCells<Int>>

    /// Begins with all combinations of preset values, at 0. A value that comes later gets all its combinations with
    /// values of the other labels or, without `combinesAll`, only those that occur.
    public init(_ labels: [VectorLabel], combinesAll: Bool = true) {
        cells = Mutex(LabelledCells(labels: labels, empty: 0, combinesAll: combinesAll))
    }

    /// Adds to the counter of these values, given in the order of the labels.
    public func add(_ values: [String], _ number: Int = 1) {
        assert(number >= 0, "a counter only grows")
        cells.withLock { $0.update(values) { $0 &+= number } }
    }

    /// Makes a value known, so that its combinations start at 0. Returns whether there is room for it.
    @discardableResult
    public func admit(_ value: String, of label: String) -> Bool {
        cells.withLock { $0.admit(value, of: label) }
    }

    /// Drops every counter with this value and frees its place.
    public func forget(_ value: String, of label: String) {
        cells.withLock { $0.forget(value, of: label) }
    }

    /// The sum of all counters.
    public var sum: Int { cells.withLock { cells in cells.snapshot.reduce(0) { $0 &+ $1.value } } }

    /// Copies all counters at one instant, oldest first.
    public func snapshot() -> [(labels: LabelSet, value: Int)] {
        cells.withLock { $0.snapshot }
    }

    /// Returns how often a value of each label was counted under `other`.
    public func overflows() -> [(label: String, count: Int)] {
        cells.withLock { $0.overflows }
    }
}
