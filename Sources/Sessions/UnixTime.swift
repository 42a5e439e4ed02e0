/// A moment, in milliseconds since the Unix epoch. Wherever it matters it is Redis' `TIME`, not the local clock.
public struct UnixTime: Sendable, Hashable, Comparable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    public init(seconds: Double) {
        milliseconds = Int64((seconds * 1000).rounded())
    }

    public var seconds: Double { Double(milliseconds) / 1000 }

    public static func < (a: UnixTime, b: UnixTime) -> Bool { a.milliseconds < b.milliseconds }

    /// Seconds from `start` to `end`.
    public static func - (end: UnixTime, start: UnixTime) -> Double {
        Double(end.milliseconds - start.milliseconds) / 1000
    }

    public static func + (time: UnixTime, seconds: Double) -> UnixTime {
        UnixTime(milliseconds: time.milliseconds + Int64((seconds * 1000).rounded()))
    }

    public static func - (time: UnixTime, seconds: Double) -> UnixTime { time + -seconds }

    /// What a record may claim: 2001-09-09 to 2106-02-07. The lower bound tells seconds from small numbers that are no
    /// times; the upper one is where 32 bits of seconds end.
    public static let plausible = UnixTime(milliseconds: 1_000_000_000_000)...UnixTime(milliseconds: 4_294_967_295_000)
}
