/// The longest time between two heartbeats of one owner in the last 24 hours, on one clock.
///
/// It is kept for one span and the next, so that a time is forgotten after 24 hours at the earliest.
public struct LongestInterval: Sendable, Equatable {
    static let spanSeconds = 86_400.0
    /// Fewer times tell no rhythm: a process that begins often writes its heartbeat twice at once, and then seldom.
    static let rhythmCount = 3

    /// How many times between heartbeats were noted.
    public private(set) var count = 0
    /// When this span began, by whichever clock the times are noted.
    public private(set) var beganAt = 0.0
    /// The longest of this span and of the one before.
    public private(set) var latest = 0.0
    public private(set) var former = 0.0

    public init() {}

    public init(count: Int, beganAt: Double, latest: Double, former: Double) {
        (self.count, self.beganAt, self.latest, self.former) = (count, beganAt, latest, former)
    }

    /// Nil where none was noted.
    public var seconds: Double? { count == 0 ? nil : max(latest, former) }

    /// Whether there were enough to say how often the owner beats.
    var isRhythm: Bool { count >= Self.rhythmCount }

    mutating func note(_ seconds: Double, at now: Double) {
        if count == 0 { beganAt = now }
        if now - beganAt >= Self.spanSeconds { (former, latest, beganAt) = (latest, 0, now) }
        latest = max(latest, seconds)
        count += 1
    }

    /// Takes in what was noted elsewhere of the same owner by the same clock.
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
