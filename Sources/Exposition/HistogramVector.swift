import Synchronization

/// Histograms by label values, with a limit on each label's values.
public final class HistogramVector: Sendable {
    private let cells: Mutex<LabelledCells<HistogramSnapshot>>
    private let labelNames: [String]

    /// All combinations of preset values, empty; `bounds` are upper bounds in seconds, rising, without `+Inf`.
    public init(_ labels: [VectorLabel], bounds: [Double]) {
        labelNames = labels.map(\.name)
        cells = Mutex(LabelledCells(labels: labels, empty: HistogramSnapshot(bounds: bounds)))
    }

    /// Counts one duration in the histogram of these values, given in the order of the labels.
    public func observe(_ values: [String], seconds: Double) {
        cells.withLock { $0.update(values) { $0.observe(seconds) } }
    }

    /// Makes a value known: its combinations start empty. Says whether it has a place.
    @discardableResult
    public func admit(_ value: String, of label: String) -> Bool {
        cells.withLock { $0.admit(value, of: label) }
    }

    /// Drops every histogram with this value and gives its place free.
    public func forget(_ value: String, of label: String) {
        cells.withLock { $0.forget(value, of: label) }
    }

    /// All histograms at one instant, in the order in which they came to be.
    public func snapshot() -> [(labels: LabelSet, value: HistogramSnapshot)] {
        cells.withLock { $0.snapshot }
    }

    /// How often each label's value was folded into `other`.
    public func overflows() -> [(label: String, count: Int)] {
        Array(zip(labelNames, cells.withLock { $0.overflows }).map { ($0, $1) })
    }
}
