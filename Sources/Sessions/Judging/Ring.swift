/// The latest of many, up to a limit.
struct Ring<Element: Sendable>: Sendable {
    let limit: Int
    private var held: [Element] = []
    /// Where the next one goes once it is full: the oldest stands there.
    private var next = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// The oldest first.
    var elements: [Element] { Array(held[next...] + held[..<next]) }

    mutating func append(_ element: Element) {
        if held.count < limit {
            held.append(element)
        } else {
            held[next] = element
            next = next + 1 == limit ? 0 : next + 1
        }
    }

    /// Keeps the room that it has.
    mutating func removeAll() {
        held.removeAll(keepingCapacity: true)
        next = 0
    }
}

extension Ring: Equatable where Element: Equatable {
    static func == (a: Ring, b: Ring) -> Bool { a.elements == b.elements }
}
