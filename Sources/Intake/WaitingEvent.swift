import Events
import Sessions

/// An event that was taken in and is not judged yet.
struct WaitingEvent: Sendable {
    var event: LogEvent
    var source: EventSource
    /// When it was taken in, as Redis' time.
    var arrival: UnixTime
}

/// Waiting events in the order of their arrival, which is the order in which they are judged.
struct WaitingEvents: Sendable {
    private var events: [WaitingEvent] = []
    /// Those before it are judged; they are dropped many at a time.
    private var first = 0
    /// Counted since the start.
    private(set) var accepted = 0
    private(set) var taken = 0

    var count: Int { events.count - first }

    mutating func append(_ event: WaitingEvent) {
        events.append(event)
        accepted += 1
    }

    /// Takes out the first ones, `limit` at most, as long as they are due.
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
