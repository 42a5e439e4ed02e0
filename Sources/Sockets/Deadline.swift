/// A moment on the clock that never jumps, at which a wait ends.
public struct Deadline: Sendable {
    /// What is further away counts as this far.
    private static let secondsLimit = 1e9

    private let moment: SuspendingClock.Instant

    /// `seconds` from now.
    public init(in seconds: Double) {
        moment = .now.advanced(by: .seconds(min(seconds, Self.secondsLimit)))
    }

    /// Below zero once it has passed.
    public var secondsLeft: Double {
        let left = SuspendingClock.now.duration(to: moment).components
        return Double(left.seconds) + Double(left.attoseconds) * 1e-18
    }

    public var hasPassed: Bool { secondsLeft <= 0 }
}
