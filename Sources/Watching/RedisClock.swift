import Glibc
import Redis
import Sessions
import Synchronization

/// The answer to `TIME`.
public struct RedisTime: Sendable {
    public let time: UnixTime
    /// When it was given, by the monotonic clock.
    public let monotonicSeconds: Double
}

/// Redis' time, carried on by the monotonic clock between two answers to `TIME`.
public final class RedisClock: Sendable {
    private struct Reading {
        var told: RedisTime
        var skewSeconds: Double
    }

    /// False: the clock shows the last answer, however long ago that was given.
    private let runsOn: Bool
    private let reading = Mutex<Reading?>(nil)

    public init(runsOn: Bool = true) {
        self.runsOn = runsOn
    }

    /// Redis' time now; before the first contact the local clock stands in.
    public func now() -> UnixTime { reading.withLock { $0.map { now($0.told) } ?? Self.local() } }

    /// The local clock minus Redis' clock, in seconds, as of the last answer.
    public var skewSeconds: Double { reading.withLock { $0?.skewSeconds ?? 0 } }

    /// `seconds`: when Redis gave that time, by the monotonic clock.
    public func set(_ time: UnixTime, readAt seconds: Double = monotonicSeconds()) {
        let told = RedisTime(time: time, monotonicSeconds: seconds)
        let skew = Self.local() - now(told)
        reading.withLock { $0 = Reading(told: told, skewSeconds: skew) }
    }

    private func now(_ told: RedisTime) -> UnixTime {
        runsOn ? told.time + (monotonicSeconds() - told.monotonicSeconds) : told.time
    }

    public static func local() -> UnixTime {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return UnixTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
