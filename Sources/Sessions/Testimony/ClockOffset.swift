/// How far a node's clock is behind the registry's, as its log lines tell.
///
/// A line takes some time to arrive, so what counts is the least that was seen between its stamp and its arrival in the
/// last minutes. Below zero the node's clock is ahead for certain; above it may be behind, or its lines late.
struct ClockOffset: Sendable {
    /// The least of the present span counts together with that of the span before.
    static let spanSeconds = 150.0

    private var began: UnixTime?
    private var least: Double?
    private var leastBefore: Double?

    mutating func note(_ seconds: Double, at now: UnixTime) {
        turn(at: now)
        least = min(least ?? seconds, seconds)
    }

    /// Seconds; nil where no line came in the last minutes.
    func seconds(at now: UnixTime) -> Double? {
        var turned = self
        turned.turn(at: now)
        guard let least = turned.least else { return turned.leastBefore }
        return min(least, turned.leastBefore ?? least)
    }

    private mutating func turn(at now: UnixTime) {
        let age = began.map { now - $0 } ?? .infinity
        guard age >= Self.spanSeconds else { return }
        leastBefore = age < 2 * Self.spanSeconds ? least : nil
        least = nil
        began = now
    }
}
