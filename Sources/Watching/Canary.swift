import Sessions

/// A key that the daemon writes to see its invalidation come back. Where it may not write, a `PING` over the subscription
/// takes its place.
struct Canary: Sendable {
    /// One on its way.
    struct Flight: Equatable, Sendable {
        /// Redis' time when it was sent.
        var asOf: UnixTime
        var isPing: Bool
        /// The monotonic time at which Redis had accepted it. It is missed from then on.
        var missedSince: Double
    }

    private(set) var flight: Flight?
    /// No canary is written before this time: the server or its ACL refused the last one.
    var nextWrite = 0.0
    /// The next one is to be sent in this round.
    var isDue = false
    /// The last one that came back: when it was sent, and how many changes had been told by the time it came.
    var answered: (asOf: UnixTime, queued: Int)?
    /// None has come back since the subscription began.
    private(set) var isNew = true

    /// Forgets the canaries of the former subscription.
    mutating func beginAnew() {
        (flight, isDue, answered, isNew) = (nil, false, nil, true)
    }

    mutating func noteSent(asOf: UnixTime, isPing: Bool, at now: Double) {
        flight = Flight(asOf: asOf, isPing: isPing, missedSince: now)
    }

    /// One came back, so everything that changed before it was sent has been told. A canary that comes while a `PING` is
    /// on its way is an older key that expired, and says nothing about now.
    mutating func noteAnswer(isPing: Bool, queued: Int) {
        guard let flight, flight.isPing == isPing else { return }
        (answered, isNew, self.flight) = ((flight.asOf, queued), false, nil)
    }
}
