/// A moment, in milliseconds since the Unix epoch. Wherever it matters it is Redis' `TIME`, not the local clock.
public struct UnixTime: Sendable, Hashable, Comparable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    public init(seconds: Double) {
        milliseconds = Self.milliseconds(seconds)
    }

    /// Returns milliseconds, at most 100 million years of them, and 0 for NaN, since users also enter spans
    /// (`older_than`).
    private static func milliseconds(_ seconds: Double) -> Int64 {
        Int64((min(max(seconds.isNaN ? 0 : seconds, -3e15), 3e15) * 1000).rounded())
    }

    public var seconds: Double { Double(milliseconds) / 1000 }

    public static func < (a: UnixTime, b: UnixTime) -> Bool { a.milliseconds < b.milliseconds }

    /// Returns the seconds from `start` to `end`.
    public static func - (end: UnixTime, start: UnixTime) -> Double {
        Double(end.milliseconds - start.milliseconds) / 1000
    }

    public static func + (time: UnixTime, seconds: Double) -> UnixTime {
        UnixTime(milliseconds: time.milliseconds + Self.milliseconds(seconds))
    }

    public static func - (time: UnixTime, seconds: Double) -> UnixTime { time + -seconds }

    /// A moment before all others.
    static let distantPast = UnixTime(milliseconds: .min / 2)

    /// The times that a record may claim: 2001-09-09 to 2106-02-07. The lower bound tells seconds from small numbers
    /// that are no times. The upper bound is the end of 32 bits of seconds.
    public static let plausible = UnixTime(milliseconds: 1_000_000_000_000)...UnixTime(milliseconds: 4_294_967_295_000)
}
