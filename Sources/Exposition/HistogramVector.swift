import Synchronization

/// A set of histograms, one for each combination of label values, with a limit on the values of each label.
public final class HistogramVector: Sendable {
    private let cells: Mutex<LabelledCells<HistogramSnapshot>>

    /// Begins with all combinations of preset values, empty. `bounds` are rising upper bounds in seconds, without
    /// `+Inf`.
    public init(_ labels: [VectorLabel], bounds: [Double]) {
        cells = Mutex(LabelledCells(labels: labels, empty: HistogramSnapshot(bounds: bounds)))
    }

    /// Counts one duration in the histogram of these values, given in the order of the labels.
    public func observe(_ values: [String], seconds: Double) {
        cells.withLock { $0.update(values) { $0.observe(seconds) } }
    }

    /// Makes a value known, so that its combinations start empty. Returns whether there is room for it.
    @discardableResult
    public func admit(_ value: String, of label: String) -> Bool {
        cells.withLock { $0.admit(value, of: label) }
    }

    /// Drops every histogram with this value and frees its place.
    public func forget(_ value: String, of label: String) {
        cells.withLock { $0.forget(value, of: label) }
    }

    /// Copies all histograms at one instant, oldest first.
    public func snapshot() -> [(labels: LabelSet, value: HistogramSnapshot)] {
        cells.withLock { $0.snapshot }
    }

    /// Returns how often a value of each label was counted under `other`.
    public func overflows() -> [(label: String, count: Int)] {
        cells.withLock { $0.overflows }
    }
}
