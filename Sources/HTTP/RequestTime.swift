import Glibc

/// When a request came: by the wall clock, which tokens expire by, and by one that never jumps.
public struct RequestTime: Sendable {
    public let unixSeconds: Int
    public let instant: ContinuousClock.Instant

    public init(unixSeconds: Int, instant: ContinuousClock.Instant) {
        self.unixSeconds = unixSeconds
        self.instant = instant
    }

    public static var now: RequestTime { RequestTime(unixSeconds: time(nil), instant: .now) }
}
