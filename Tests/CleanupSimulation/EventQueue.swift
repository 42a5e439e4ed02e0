/// The events to come, the soonest first, and in the order of planning at one moment.
struct EventQueue {
    struct Event {
        var at: Double
        var number: Int
        var act: () -> Void

        func comes(before other: Event) -> Bool { (at, number) < (other.at, other.number) }
    }

    /// The events as a binary heap.
    private var events: [Event] = []
    private var planned = 0

    mutating func add(at: Double, _ act: @escaping () -> Void) {
        planned += 1
        events.append(Event(at: at, number: planned, act: act))
        var child = events.count - 1
        while child > 0, events[child].comes(before: events[(child - 1) / 2]) {
            events.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func next() -> Event? {
        guard let last = events.popLast() else { return nil }
        guard let first = events.first else { return last }
        events[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < events.count {
                if events[child].comes(before: events[least]) { least = child }
            }
            if least == parent { return first }
            events.swapAt(parent, least)
            parent = least
        }
    }
}
