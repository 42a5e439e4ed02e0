import Sessions

/// A queue of waiting events: they are judged in the order of their arrival.
struct WaitingEvents: Sendable {
    private var events: [WaitingEvent] = []
    /// The index of the first waiting event. Those before it are dropped many at a time.
    private var first = 0
    /// Counts since the start.
    private(set) var accepted = 0
    private(set) var taken = 0

    var count: Int { events.count - first }

    mutating func append(_ event: WaitingEvent) {
        accepted += 1
        var event = event
        event.number = accepted
        events.append(event)
    }

    /// Takes the first events that are due, `limit` at most.
    mutating func take(_ limit: Int, whileDue isDue: (UnixTime) -> Bool) -> [WaitingEvent] {
        var end = first
        while end < events.count, end - first < limit, isDue(events[end].arrival) { end += 1 }
        let due = Array(events[first..<end])
        taken += due.count
        first = end
        if first == events.count {
            events.removeAll(keepingCapacity: events.capacity <= 4096)
            first = 0
        } else if first >= 4096, first * 2 >= events.count {
            events.removeFirst(first)
            first = 0
        }
        return due
    }
}
