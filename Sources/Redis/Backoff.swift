/// The delay before the next attempt. It doubles from `first` to `longest`, and each delay is drawn from the upper half
/// of its span, so that daemon instances that lost the same server do not reconnect together.
public struct Backoff: Sendable {
    public let firstSeconds: Double
    public let longestSeconds: Double
    private var attempt = 0

    public init(firstSeconds: Double = 0.1, longestSeconds: Double = 5) {
        self.firstSeconds = firstSeconds
        self.longestSeconds = longestSeconds
    }

    public mutating func next(using generator: inout some RandomNumberGenerator) -> Double {
        var span = firstSeconds
        for _ in 0..<attempt where span < longestSeconds { span *= 2 }
        span = min(span, longestSeconds)
        attempt += 1
        return Double.random(in: span / 2...span, using: &generator)
    }

    public mutating func next() -> Double {
        var generator = SystemRandomNumberGenerator()
        return next(using: &generator)
    }

    public mutating func reset() {
        attempt = 0
    }
}
