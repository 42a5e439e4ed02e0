import Glibc
import Redis
import Sessions
import Synchronization

/// Redis' time, carried on between two readings of it by the clock that never jumps.
final class RedisClock: Sendable {
    private struct Reading {
        var redis: UnixTime
        var monotonicSeconds: Double
        var skewSeconds: Double
    }

    private let reading = Mutex<Reading?>(nil)

    /// Redis' time now; before the first contact the local clock stands in.
    func now() -> UnixTime {
        reading.withLock { reading in
            guard let reading else { return Self.local() }
            return reading.redis + (monotonicSeconds() - reading.monotonicSeconds)
        }
    }

    /// Local clock minus Redis' at the last contact, in seconds.
    var skewSeconds: Double { reading.withLock { $0?.skewSeconds ?? 0 } }

    func set(_ redis: UnixTime) {
        let skew = Self.local() - redis
        reading.withLock { $0 = Reading(redis: redis, monotonicSeconds: monotonicSeconds(), skewSeconds: skew) }
    }

    static func local() -> UnixTime {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return UnixTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
