/// The time by which a node's clock is behind the registry's, estimated from its log lines.
///
/// A line takes some time to arrive, so the smallest difference between timestamp and arrival in the last minutes
/// counts. Below zero, the node's clock is certainly ahead. Above zero, it may be behind, or its lines may be late.
struct ClockOffset: Sendable {
    /// The length of one span. The smallest difference is taken over the present span and the one before.
    static let spanSeconds = 150.0

    private var began: UnixTime?
    private var least: Double?
    private var leastBefore: Double?

    mutating func note(_ seconds: Double, at now: UnixTime) {
        turn(at: now)
        least = min(least ?? seconds, seconds)
    }

    /// Returns the offset in seconds. Nil if no line arrived in the last minutes.
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
