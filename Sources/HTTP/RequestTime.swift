import Glibc

/// The time of a request, on the wall clock, by which tokens expire, and on a monotonic clock.
public struct RequestTime: Sendable {
    public let unixSeconds: Int
    public let instant: ContinuousClock.Instant

    public init(unixSeconds: Int, instant: ContinuousClock.Instant) {
        self.unixSeconds = unixSeconds
        self.instant = instant
    }

    public static var now: RequestTime { RequestTime(unixSeconds: time(nil), instant: .now) }
}
