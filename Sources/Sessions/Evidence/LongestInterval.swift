/// The longest time between two heartbeats in the last 24 hours, hour by hour.
struct LongestInterval: Sendable, Equatable {
    private static let hourSeconds = 3_600.0
    private static let hours = 24
    static let memorySeconds = hourSeconds * Double(hours)

    /// By hour since the observer's clock began, the newest last.
    private var longest: [(hour: Int, seconds: Double)] = []

    static func == (a: LongestInterval, b: LongestInterval) -> Bool {
        a.longest.elementsEqual(b.longest) { $0 == $1 }
    }

    /// Notes an interval that ended at `now`, on the clock that never jumps.
    mutating func note(_ seconds: Double, at now: Double) {
        let hour = Int(now / Self.hourSeconds)
        if let last = longest.last, last.hour == hour {
            longest[longest.count - 1].seconds = max(last.seconds, seconds)
        } else {
            longest.append((hour, seconds))
            longest.removeAll { $0.hour < hour - Self.hours }
        }
    }

    /// Counted back from the last heartbeat: that a node is silent does not make its interval forgotten.
    var seconds: Double? { longest.map(\.seconds).max() }
}
