/// Values by the number of a node, which is its place in ``Liveness/nodes``. A node without a value has a fresh one.
struct ByNode<Value: Sendable>: Sendable {
    private var values: [Value] = []
    private let fresh: Value

    init(_ fresh: Value) {
        self.fresh = fresh
    }

    subscript(_ node: Int) -> Value {
        get { node < values.count ? values[node] : fresh }
        _modify {
            while values.count <= node { values.append(fresh) }
            yield &values[node]
        }
    }

    /// Renumbers the nodes. `kept` holds the former numbers of those that stay, in their new order.
    mutating func renumber(_ kept: [Int]) { values = kept.map { self[$0] } }
}
