import Foundation
import Logging
import Redis
import Sessions
import Synchronization

/// What the watchers are to do: the settings they need, as plain values.
struct WatchPlan: Sendable {
    var endpoint: RedisEndpoint
    var keySpace: KeySpace
    var maxIDLength = 1024
    var nodes = NodePolicy()
    /// From the start of one reading to the start of the next.
    var scanEverySeconds = 30.0
    var redisShare = 0.1
    var firstShare = 1.0
    var limits = RedisConnection.Limits()
}

/// What the watchers know, shared with whoever answers: the registry behind its lock, Redis' clock, and how Redis is.
final class Watch: Sendable {
    /// How Redis answers now.
    struct Link: Sendable {
        var isUp = false
        /// The last error, without secrets, and since when there is no answer.
        var lastError: String?
        var downSince: UnixTime?
        /// The last warning in the log: the same one is not logged again until a reading was complete.
        var lastWarning: String?
        /// Why the last reading failed; nil after a complete one.
        var readingFailure: String?
        var server: ServerInfo?
    }

    /// What the last complete reading was like.
    struct LastReading: Sendable {
        var seconds = 0.0
        /// The share of the server's time that it was allowed.
        var share = 0.0
        var ages = SessionAges()
    }

    let plan: WatchPlan
    let registry: Mutex<Registry>
    let link = Mutex(Link())
    let lastReading = Mutex(LastReading())
    let clock = RedisClock()
    let metrics: DaemonMetrics
    let logger: Logger

    init(plan: WatchPlan, metrics: DaemonMetrics, logger: Logger) {
        self.plan = plan
        self.metrics = metrics
        self.logger = logger
        registry = Mutex(Registry(policy: plan.nodes))
    }

    func connect() throws(RedisError) -> RedisConnection {
        let start = monotonicSeconds()
        defer {
            metrics.redisCommands.observe(
                [DaemonMetrics.RedisCommand.connect.rawValue], seconds: monotonicSeconds() - start)
        }
        return try RedisConnection.open(plan.endpoint, limits: plan.limits)
    }

    /// The picture is withheld from metrics and readiness when it is older than three intervals, or than three readings
    /// where those take longer. After the first reading, which may use more of the server, the next ones take longer
    /// than it did: twice that, since their batches are smaller.
    var staleAfterSeconds: Double {
        let last = lastReading.withLock { $0 }
        let slowdown = last.share > plan.redisShare ? 2 * last.share / plan.redisShare : 1
        return 3 * max(plan.scanEverySeconds, last.seconds * slowdown)
    }

    func noteUp() {
        link.withLock { link in
            link.isUp = true
            link.downSince = nil
            link.lastError = nil
        }
        metrics.redisUp.set(1)
    }

    func noteDown(_ error: RedisError) {
        metrics.redisErrors.add([error.kind.rawValue])
        // A refusal to one command is no lost connection, but nothing can be read through it either.
        metrics.redisUp.set(error.leavesConnectionUsable ? metrics.redisUp.value : 0)
        let now = clock.now()
        let isNews = link.withLock { link in
            defer {
                link.isUp = error.leavesConnectionUsable ? link.isUp : false
                link.downSince = link.downSince ?? now
                link.lastError = error.description
                link.lastWarning = error.description
            }
            return link.lastWarning != error.description
        }
        if isNews { logger.warning("\(error.description)", metadata: ["kind": "\(error.kind.rawValue)"]) }
    }
}
