/// A table of cells by label values, the common part of counter and histogram vectors.
///
/// Every combination of known values has a cell from the start, so that a rate sees the step from 0 to 1. A value
/// beyond the limit of its label is counted under `other`. So the number of cells is at most the product of the
/// limits, each plus one.
struct LabelledCells<Cell: Sendable>: Sendable {
    private let labels: [VectorLabel]
    private let empty: Cell
    /// True if a new value gets a cell with each value of the other labels at once. That is a waste if labels depend on
    /// each other, as a route, its methods and its codes do: most combinations never occur.
    private let combinesAll: Bool
    /// The values of each label, oldest first.
    private var known: [[String]]
    private var index: [[String]: Int] = [:]
    private var cells: [(values: [String], labels: LabelSet, value: Cell)] = []
    /// The number of times that a value of each label was counted under `other`.
    private(set) var overflows: [(label: String, count: Int)]

    init(labels: [VectorLabel], empty: Cell, combinesAll: Bool = true) {
        self.labels = labels
        self.empty = empty
        self.combinesAll = combinesAll
        known = labels.map(\.preset)
        overflows = labels.map { ($0.name, 0) }
        addCells(of: known)
    }

    /// All cells, oldest first.
    var snapshot: [(labels: LabelSet, value: Cell)] { cells.map { ($0.labels, $0.value) } }

    /// Changes the cell of these values, one for each label.
    mutating func update(_ values: [String], _ change: (inout Cell) -> Void) {
        precondition(values.count == labels.count, "one value for each label")
        if let position = index[values] {
            change(&cells[position].value)
            // A caller may name `other` itself, which is no overflow.
            return
        }
        let admitted = values.indices.map { admit(values[$0], at: $0) }
        change(&cells[position(of: admitted)].value)
    }

    /// Makes a value known before it is first counted, so that its combinations start empty. Returns whether there is
    /// room for it.
    mutating func admit(_ value: String, of label: String) -> Bool {
        guard let place = labels.firstIndex(where: { $0.name == label }) else { return false }
        if known[place].contains(value) { return true }
        guard known[place].count < labels[place].limit else { return false }
        return admit(value, at: place) == value
    }

    /// Drops every cell with this value and frees its place.
    mutating func forget(_ value: String, of label: String) {
        guard let place = labels.firstIndex(where: { $0.name == label }) else { return }
        known[place].removeAll { $0 == value }
        cells.removeAll { $0.values[place] == value }
        index = Dictionary(uniqueKeysWithValues: cells.enumerated().map { ($1.values, $0) })
    }

    /// Returns the value itself, or `other` if the label is full.
    private mutating func admit(_ value: String, at place: Int) -> String {
        if known[place].contains(value) || value == VectorLabel.overflowValue { return value }
        guard known[place].count < labels[place].limit else {
            overflows[place].count += 1
            return VectorLabel.overflowValue
        }
        known[place].append(value)
        guard combinesAll else { return value }
        var combinations = known
        combinations[place] = [value]
        addCells(of: combinations)
        return value
    }

    /// Adds an empty cell for each combination of these values.
    private mutating func addCells(of values: [[String]]) {
        let combinations = values.reduce([[]]) { heads, tails in
            heads.flatMap { head in tails.map { head + [$0] } }
        }
        for combination in combinations { _ = position(of: combination) }
    }

    private mutating func position(of values: [String]) -> Int {
        if let position = index[values] { return position }
        let labels = LabelSet(Array(zip(labels.map(\.name), values)))
        index[values] = cells.count
        cells.append((values, labels, empty))
        return cells.count - 1
    }
}
