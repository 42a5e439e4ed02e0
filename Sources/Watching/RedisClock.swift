import Glibc
import Redis
import Sessions
import Synchronization

/// What `TIME` said.
public struct RedisTime: Sendable {
    public let time: UnixTime
    /// When that was, on the clock that never jumps.
    public let monotonicSeconds: Double
}

/// Redis' time, carried on between two fullScans of it by the clock that never jumps.
public final class RedisClock: Sendable {
    private struct Reading {
        var told: RedisTime
        var skewSeconds: Double
    }

    /// Whether it goes on between two fullScans. One that does not shows what Redis said last, however long ago.
    private let runsOn: Bool
    private let reading = Mutex<Reading?>(nil)

    public init(runsOn: Bool = true) {
        self.runsOn = runsOn
    }

    /// Redis' time now; before the first contact the local clock stands in.
    public func now() -> UnixTime { reading.withLock { $0.map { now($0.told) } ?? Self.local() } }

    /// Local clock minus Redis' at the last contact, in seconds.
    public var skewSeconds: Double { reading.withLock { $0?.skewSeconds ?? 0 } }

    /// `seconds`: when that time was Redis', on the clock that never jumps; by default right now.
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
