import Exposition
import HTTP
import Lab
import Redis
import Sessions
import Watching

/// A registry that was filled by hand, at times that stand still: no watcher, and no Redis unless routes are to write to one.
public final class PaperRegistry: Sendable {
    /// 2026-09-21T14:13:20Z
    public static let epoch = UnixTime(seconds: 1_790_000_000)

    public let watched: WatchedRegistry

    public init(
        tokens: [AccessToken] = [], maxNodes: Int = 32, on redis: PrivateRedis? = nil,
        _ change: (inout WatchPlan) -> Void = { _ in }
    ) {
        let endpoint = redis?.endpoint ?? RedisEndpoint(.tcp(host: "127.0.0.1", port: 6379))
        watched = WatchedRegistry(endpoint, of: redis ?? Nothing(), maxNodes: maxNodes, tokens: tokens, change)
        watched.watch.clock.set(Self.epoch)
    }

    private final class Nothing: Sendable {}

    /// A complete reading that found these sessions, each a value by id, and these heartbeats, each a value by name.
    public func read(
        _ sessions: [(id: String, value: String)], _ heartbeats: [String: String] = [:], at seconds: Double = 0
    ) {
        let now = Self.epoch + seconds
        let reader = HeartbeatReader(.native)
        var check = HeartbeatCheck()
        for (name, value) in heartbeats { check.heartbeats[name] = reader.read(json: Array(value.utf8).span) }
        watched.watch.registry.withLock { registry in
            registry.beginFullScan()
            var names = RecordNames(seed: 1)
            registry.take(sessions.map { Self.observed($0, &names) }, &names, at: now)
            registry.take(check, at: now)
            while !registry.finishFullScan(FullScanTotals(), nodeKeys: heartbeats.count, at: now) {}
        }
        watched.watch.clock.set(now)
    }

    /// Has each node write its heartbeat again, so that requests of now are known to have been misrouted.
    public func renewHeartbeats(_ heartbeats: [String: String]) {
        let reader = HeartbeatReader(.native)
        var check = HeartbeatCheck()
        for (name, value) in heartbeats { check.heartbeats[name] = reader.read(json: Array(value.utf8).span) }
        check.written = Set(heartbeats.keys)
        watched.watch.registry.withLock { $0.take(check, at: watched.watch.clock.now()) }
    }

    public static func observed(_ session: (id: String, value: String), _ names: inout RecordNames) -> ObservedSession {
        let bytes = Array(session.id.utf8)
        guard let id = try? SessionID(bytes.span, maxLength: 1_024) else { fatalError("not an id") }
        let reader = SessionValueReader(.native)
        var content: ObservedSession.Content
        do throws(Malformation) {
            content = .value(try reader.read(json: Array(session.value.utf8).span, &names))
        } catch {
            content = .malformed(error)
        }
        return ObservedSession(
            id: id, ref: ref(session.id), dialect: 0, content: content,
            expiresAt: session.value == "forever" ? nil : epoch + 864_000)
    }
}

extension HTTPResponse {
    /// The body as JSON, with `"~"` for the values that follow the running clock.
    public func steadyJSON() throws -> JSONValue {
        let running =
            #/"(view_age_seconds|heartbeat_age_seconds|age_seconds|uptime_seconds|clock_skew_seconds)":-?[0-9.e-]+/#
        return try JSONValue(parsing: Array(text.replacing(running) { "\"\($0.output.1)\":\"~\"" }.utf8))
    }
}

/// JSON as a test writes it, in as many lines as it takes.
public func json(_ text: String) throws -> JSONValue {
    try JSONValue(parsing: Array(text.utf8))
}
