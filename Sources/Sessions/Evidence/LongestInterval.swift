/// The longest time between two heartbeats of one owner in the last 24 hours, on one clock.
///
/// It covers the present span and the one before, so that an interval is remembered for 24 hours at least.
public struct LongestInterval: Sendable, Equatable {
    static let spanSeconds = 86_400.0
    /// Fewer intervals are no rhythm: a process that starts often writes its heartbeat twice at once, and seldom after
    /// that.
    static let rhythmCount = 3

    /// The number of intervals noted.
    public private(set) var count = 0
    /// The start of this span, on the clock by which intervals are noted.
    public private(set) var beganAt = 0.0
    /// The longest interval of this span, and of the span before.
    public private(set) var latest = 0.0
    public private(set) var former = 0.0

    public init() {}

    public init(count: Int, beganAt: Double, latest: Double, former: Double) {
        (self.count, self.beganAt, self.latest, self.former) = (count, beganAt, latest, former)
    }

    /// The longest interval. Nil if none was noted.
    public var seconds: Double? { count == 0 ? nil : max(latest, former) }

    /// True if there were enough intervals to say how often the owner writes its heartbeat.
    var isRhythm: Bool { count >= Self.rhythmCount }

    mutating func note(_ seconds: Double, at now: Double) {
        if count == 0 { beganAt = now }
        if now - beganAt >= Self.spanSeconds { (former, latest, beganAt) = (latest, 0, now) }
        latest = max(latest, seconds)
        count += 1
    }

    /// Takes intervals that were noted elsewhere, of the same owner and by the same clock.
    mutating func merge(_ other: Self) {
        guard other.count > 0 else { return }
        guard count > 0 else {
            self = other
            return
        }
        var (older, newer) = beganAt <= other.beganAt ? (self, other) : (other, self)
        if newer.beganAt - older.beganAt >= Self.spanSeconds { (older.former, older.latest) = (older.latest, 0) }
        newer.latest = max(newer.latest, older.latest)
        newer.former = max(newer.former, older.former)
        newer.count = max(newer.count, older.count)
        self = newer
    }
}
