import Events
import Sessions

/// An event that was taken in and is not judged yet.
struct WaitingEvent: Sendable {
    var event: LogEvent
    var source: EventSource
    /// The arrival, in Redis' time.
    var arrival: UnixTime
    /// Its number among all events that were taken in, from 1.
    var number = 0
}
