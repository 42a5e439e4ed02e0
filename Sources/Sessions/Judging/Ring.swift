/// The latest of many elements, up to a limit.
struct Ring<Element: Sendable>: Sendable {
    let limit: Int
    private var held: [Element] = []
    /// The place of the next element once the ring is full; the oldest is there.
    private var next = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// The elements, the oldest first.
    var elements: [Element] { Array(held[next...] + held[..<next]) }

    /// The newest element.
    var last: Element? { held.isEmpty ? nil : held[(next + held.count - 1) % held.count] }

    mutating func append(_ element: Element) {
        if held.count < limit {
            held.append(element)
        } else {
            held[next] = element
            next = next + 1 == limit ? 0 : next + 1
        }
    }

    /// Removes all elements, and keeps the capacity.
    mutating func removeAll() {
        held.removeAll(keepingCapacity: true)
        next = 0
    }
}

extension Ring: Equatable where Element: Equatable {
    static func == (a: Ring, b: Ring) -> Bool { a.elements == b.elements }
}
