/// The number of events in the last 15 minutes, counted by the minute, so that an event leaves within a minute after
/// that time.
struct RecentCount: Sendable {
    static let minutes: Int64 = 15
    /// One more than the minutes, since the present minute is not over.
    private static let places: Int64 = 16

    private var counts = InlineArray<16, UInt32>(repeating: 0)
    /// The latest minute since the epoch in which something happened.
    private var latest: Int64 = 0

    mutating func add(_ number: Int = 1, at time: UnixTime) {
        let minute = Self.minute(time)
        if minute > latest {
            for passed in max(latest + 1, minute - Self.minutes)...minute { counts[Self.place(passed)] = 0 }
            latest = minute
        }
        guard minute >= latest - Self.minutes else { return }
        counts[Self.place(minute)] &+= UInt32(clamping: number)
    }

    func count(at now: UnixTime) -> Int {
        let minute = Self.minute(now)
        let first = max(minute, latest) - Self.minutes
        let last = min(minute, latest)
        guard first <= last else { return 0 }
        return (first...last).reduce(0) { $0 + Int(counts[Self.place($1)]) }
    }

    private static func minute(_ time: UnixTime) -> Int64 { max(time.milliseconds, 0) / 60_000 }

    private static func place(_ minute: Int64) -> Int { Int(minute % places) }
}
