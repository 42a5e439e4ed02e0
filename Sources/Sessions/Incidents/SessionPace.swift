/// The pace at which sessions begin and requests are refused, over the last hour.
struct SessionPace: Sendable, Equatable {
    static let spanSeconds = 10.0
    /// One hour and one minute.
    static let spans = 366
    static let spansAMinute = 6

    private var created = Array(repeating: 0.0, count: spans)
    private var refused = Array(repeating: 0, count: spans)
    /// The numbers of the first and the latest span since the epoch.
    private var first: Int64?
    private var latest: Int64 = 0

    private static func span(_ time: UnixTime) -> Int64 { max(time.milliseconds, 0) / Int64(spanSeconds * 1000) }
    private static func place(_ span: Int64) -> Int { Int(span % Int64(spans)) }

    /// Makes room up to `now`. A clock that was set back, or is far ahead, starts again with nothing.
    mutating func turn(to now: UnixTime) {
        let span = Self.span(now)
        guard first != nil, span >= latest, span - latest < Int64(Self.spans) else {
            if first != nil, span < latest, latest - span < Int64(Self.spansAMinute) { return }
            self = SessionPace()
            (first, latest) = (span, span)
            return
        }
        while latest < span {
            latest += 1
            (created[Self.place(latest)], refused[Self.place(latest)]) = (0, 0)
        }
    }

    /// Counts new sessions, spread evenly over the time in which they may have begun, since a full scan finds many at
    /// once.
    mutating func add(created count: Int, since: UnixTime, at now: UnixTime) {
        turn(to: now)
        guard count > 0 else { return }
        let from = max(min(Self.span(since), latest), first ?? latest, latest - Int64(Self.spans) + 1)
        for span in from...latest { created[Self.place(span)] += Double(count) / Double(latest - from + 1) }
    }

    mutating func add(refused count: Int, at now: UnixTime) {
        turn(to: now)
        refused[Self.place(latest)] += max(count, 0)
    }

    /// The time for which it was watched, at most an hour.
    var seconds: Double { first.map { Double(min(latest - $0, Int64(Self.spans) - 6)) * Self.spanSeconds } ?? 0 }

    /// The number of new sessions in the last minute.
    var perMinute: Double { sum(from: latest - Int64(Self.spansAMinute) + 1, to: latest).created }

    /// Returns the number of new sessions a minute before that time, over the remembered part of the hour. Nil if that
    /// is less than a minute.
    func usualPerMinute(before time: UnixTime) -> Double? {
        guard let first else { return nil }
        let to = min(Self.span(time) - 1, latest)
        let from = max(first, latest - Int64(Self.spans) + 1)
        guard to - from + 1 >= Int64(Self.spansAMinute) else { return nil }
        return sum(from: from, to: to).created / Double(to - from + 1) * Double(Self.spansAMinute)
    }

    /// Returns the new sessions and refused requests since then, as far as is remembered.
    func since(_ time: UnixTime) -> (created: Double, refused: Int) { sum(from: Self.span(time), to: latest) }

    private func sum(from: Int64, to: Int64) -> (created: Double, refused: Int) {
        let from = max(from, first ?? latest, latest - Int64(Self.spans) + 1)
        guard from <= to else { return (0, 0) }
        return (from...to).reduce(into: (0, 0)) { sum, span in
            sum.created += created[Self.place(span)]
            sum.refused += refused[Self.place(span)]
        }
    }
}
