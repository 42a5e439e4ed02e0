import Cleaning
import Configuration
import Exposition
import HTTP
import Intake
import Lab
import Logging
import Redis
import Serving
import Sessions
import Synchronization
import Watching

/// A daemon without its process: the watchers on one Redis, the routes as values, the log in memory.
public final class WatchedRegistry: Sendable {
    public static let instance = "replica-1"

    public let watch: WatchContext
    public let log = MemoryLog()
    public let intake: EventIntake
    public let incidents = IncidentBoard()
    public let router: Router
    /// Kept running as long as it is watched.
    private let server: any AnyObject & Sendable
    private let tasks = Mutex<[Task<Void, Never>]>([])

    public init(
        _ endpoint: RedisEndpoint, of server: any AnyObject & Sendable, maxNodes: Int = 32, tokens: [AccessToken] = [],
        _ change: (inout WatchPlan) -> Void = { _ in }
    ) {
        self.server = server
        var settings = Settings()
        settings.metrics.maxNodes = maxNodes
        let keySpace = KeySpace(dialects: [.native], deniedSuffixes: settings.registry.ignoreSuffixes)
        var plan = WatchPlan(endpoint: endpoint, keySpace: keySpace)
        // What a reading does is seen best where nothing comes between two of them.
        plan.mode = .scan
        change(&plan)
        let handler = log
        watch = WatchContext(
            plan: plan, metrics: WatchMetrics(), logger: Logger(label: "test", factory: { _ in handler }))
        intake = EventIntake(watch)
        router = Router(
            Routes(
                watch: watch, intake: intake, board: CleanupBoard(settings.cleanup), settings: settings,
                instance: Self.instance, incidents: incidents, keptSeconds: 0, liveDeadlineSeconds: 30
            ).all,
            access: AccessRules(tokens: tokens, listen: ListenAddress(host: "127.0.0.1", port: 0)))
    }

    public convenience init(
        _ redis: PrivateRedis, maxNodes: Int = 32, tokens: [AccessToken] = [],
        _ change: (inout WatchPlan) -> Void = { _ in }
    ) {
        self.init(redis.endpoint, of: redis, maxNodes: maxNodes, tokens: tokens, change)
    }

    deinit {
        for task in tasks.withLock({ $0 }) { task.cancel() }
    }

    public var view: ViewState { watch.registry.withLock { $0.view } }
    public var counts: StateCounts { watch.registry.withLock { $0.stateCounts(at: watch.clock.now()) } }

    public func node(_ name: String) -> NodeSummary? {
        watch.registry.withLock { $0.nodeSummary(named: name, at: watch.clock.now()) }
    }
}

// MARK: - Watching

extension WatchedRegistry {
    /// Has both watchers run until ``stop()``.
    public func start() {
        let watch = watch
        tasks.withLock { tasks in
            tasks.append(Task { await RegistryWatcher(watch).run() })
            tasks.append(Task { await HeartbeatWatcher(watch).run() })
        }
    }

    public func stop() async {
        let tasks = tasks.withLock { tasks in
            defer { tasks = [] }
            return tasks
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    /// One complete reading, to its very end.
    public func read() async throws {
        let (watch, before) = (watch, view.asOf)
        let task = Task { await RegistryWatcher(watch).run() }
        try await eventually("a complete reading") { view.asOf != before }
        task.cancel()
        await task.value
    }

    /// One look at the heartbeats and at `INFO`.
    public func look() async throws {
        let watch = watch
        let before = watch.registry.withLock { $0.lastCheck }
        let task = Task { await HeartbeatWatcher(watch).run() }
        try await eventually("a look at the heartbeats") {
            watch.registry.withLock { $0.lastCheck } != before && watch.link.withLock { $0.server } != nil
        }
        task.cancel()
        await task.value
    }

    /// Waits until what Redis holds now has been read: the reading under way may have begun before.
    public func settle() async throws {
        for _ in 0..<2 {
            let before = view.asOf
            try await eventually("the next reading") { view.asOf != before && view.isComplete }
        }
    }
}

// MARK: - Asking

extension WatchedRegistry {
    public func ask(_ request: HTTPRequest) -> HTTPResponse { router.respond(to: request).response }

    public func get(_ target: String, token: String? = nil, headers: HTTPHeaders = [:]) -> HTTPResponse {
        var headers = headers
        if let token { headers["Authorization"] = "Bearer \(token)" }
        return ask(HTTPRequest(.get, target, headers: headers))
    }

    public func lookup(_ body: String) -> HTTPResponse {
        ask(HTTPRequest(.post, "/api/v1/sessions/lookup", body: Array(body.utf8)))
    }

    public func json(_ target: String) throws -> JSONValue {
        try JSONValue(parsing: get(target).body)
    }

    public func page(_ accept: String = "text/plain") -> ExpositionPage {
        ExpositionPage(get("/metrics", headers: ["Accept": accept]).text)
    }
}

extension HTTPResponse {
    public var text: String { String(decoding: body, as: UTF8.self) }
}
