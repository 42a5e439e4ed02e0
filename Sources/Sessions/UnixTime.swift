/// A moment, in milliseconds since the Unix epoch. Wherever it matters it is Redis' `TIME`, not the local clock.
public struct UnixTime: Sendable, Hashable, Comparable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    public init(seconds: Double) {
        milliseconds = Self.milliseconds(seconds)
    }

    /// Spans are asked for by users too (`older_than`): one beyond 100 million years counts as that, and NaN as none.
    private static func milliseconds(_ seconds: Double) -> Int64 {
        Int64((min(max(seconds.isNaN ? 0 : seconds, -3e15), 3e15) * 1000).rounded())
    }

    public var seconds: Double { Double(milliseconds) / 1000 }

    public static func < (a: UnixTime, b: UnixTime) -> Bool { a.milliseconds < b.milliseconds }

    /// Seconds from `start` to `end`.
    public static func - (end: UnixTime, start: UnixTime) -> Double {
        Double(end.milliseconds - start.milliseconds) / 1000
    }

    public static func + (time: UnixTime, seconds: Double) -> UnixTime {
        UnixTime(milliseconds: time.milliseconds + Self.milliseconds(seconds))
    }

    public static func - (time: UnixTime, seconds: Double) -> UnixTime { time + -seconds }

    /// Before all others.
    static let distantPast = UnixTime(milliseconds: .min / 2)

    /// What a record may claim: 2001-09-09 to 2106-02-07. The lower bound tells seconds from small numbers that are no
    /// times; the upper one is where 32 bits of seconds end.
    public static let plausible = UnixTime(milliseconds: 1_000_000_000_000)...UnixTime(milliseconds: 4_294_967_295_000)
}
