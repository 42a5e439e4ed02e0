/// A monotonic point in time at which a wait ends.
public struct Deadline: Sendable {
    /// The longest duration; longer ones are shortened to it.
    private static let secondsLimit = 1e9

    private let moment: SuspendingClock.Instant

    /// The point `seconds` from now.
    public init(in seconds: Double) {
        moment = .now.advanced(by: .seconds(min(seconds, Self.secondsLimit)))
    }

    /// Negative once it has passed.
    public var secondsLeft: Double {
        let left = SuspendingClock.now.duration(to: moment).components
        return Double(left.seconds) + Double(left.attoseconds) * 1e-18
    }

    public var hasPassed: Bool { secondsLeft <= 0 }
}
