import Lab
import Redis
import Sessions
import Synchronization
import Watching

// What the tests of live watching ask of a watched registry.

extension WatchedRegistry {
    /// A registry whose changes are told, already whole; it is read again only where something was missed.
    public static func live(
        _ redis: PrivateRedis, as endpoint: RedisEndpoint? = nil, through proxy: MeddlingProxy? = nil,
        dialects: [Dialect] = [.native], _ change: (inout WatchPlan) -> Void = { _ in }
    ) async throws -> WatchedRegistry {
        let endpoint = proxy?.endpoint ?? endpoint ?? redis.endpoint
        let watched = WatchedRegistry(endpoint, of: proxy ?? redis as any AnyObject & Sendable) { plan in
            plan.keySpace = KeySpace(dialects: dialects, deniedSuffixes: [":listener"])
            plan.mode = .auto
            change(&plan)
        }
        watched.start()
        try await eventually("the first full scan, with tracking", within: 120) { watched.isWholeAndLive }
        return watched
    }

    /// Changes are told, and nothing is missing.
    public var isWholeAndLive: Bool { watch.isTracking && view.isComplete }

    /// Complete full scans.
    public var fullScans: Int { Int(page()["mcp_sessiond_scans_total{result=\"ok\"}"] ?? -1) }

    /// Resyncs by reason, those that there were.
    public var resyncs: [String: Int] {
        page().samples.reduce(into: [:]) { counts, sample in
            let words = sample.series.split(separator: "\"")
            guard words.first == "mcp_sessiond_tracking_resyncs_total{reason=", sample.value != "0" else { return }
            counts[String(words[1])] = Int(sample.value)
        }
    }

    public var drift: Int { watch.registry.withLock { $0.drift } }

    public var books: RegistryBooks { watch.registry.withLock { RegistryBooks($0, at: watch.clock.now()) } }

    /// Every session by ref, as one short text each: `node-1 boot-1`, `unowned`, `bad_json`.
    public var sessions: [SessionRef: String] {
        watch.registry.withLock { registry in
            var found: [SessionRef: String] = [:]
            var next: SessionRef?
            repeat {
                let page = registry.page(SessionFilter(), after: next, limit: 10_000, at: watch.clock.now())
                for session in page.sessions { found[session.ref] = Self.text(session) }
                next = page.next
            } while next != nil
            return found
        }
    }

    public func session(_ id: String) -> SessionSummary? {
        let ref = ref(id)
        return watch.registry.withLock { $0.sessions(refs: ref...ref, at: watch.clock.now()).first?.summary }
    }

    public func ending(_ id: String) -> Ending? { watch.registry.withLock { $0.endedSession(ref(id))?.ending } }

    private static func text(_ session: SessionSummary) -> String {
        if case .malformed(let why) = session.state { return why.word }
        guard let node = session.node else { return "unowned" }
        return "\(node) \(session.boot ?? "-")"
    }
}

/// What a registry has counted that only grows, by node; of no known owner under the empty name.
public struct RegistryBooks: Equatable {
    public var created: [String: Int] = [:]
    public var ended: [String: [Ending: Int]] = [:]
    public var ownerChanges = 0

    public init(created: [String: Int] = [:], ended: [String: [Ending: Int]] = [:], ownerChanges: Int = 0) {
        (self.created, self.ended, self.ownerChanges) = (created, ended, ownerChanges)
    }

    public init(_ registry: Registry, at now: UnixTime) {
        for summary in registry.nodeSummaries(at: now) {
            let name = summary.node.name
            if summary.created > 0 { created[name] = summary.created }
            if !summary.ended.isEmpty { ended[name] = summary.ended }
        }
        if registry.unownedCreated > 0 { created[""] = registry.unownedCreated }
        if !registry.unownedEnded.isEmpty { ended[""] = registry.unownedEnded }
        ownerChanges = registry.ownerChanges
    }

    public var endedInAll: Int { ended.values.flatMap(\.values).reduce(0, +) }
}

extension PrivateRedis {
    /// A user that may do all but what the rules forbid.
    public func endpoint(forbidding rules: [String]) throws -> RedisEndpoint {
        try run([["ACL", "SETUSER", "watcher", "on", ">hunter2", "~*", "&*", "+@all"] + rules])
        var endpoint = endpoint
        (endpoint.username, endpoint.password) = ("watcher", "hunter2")
        return endpoint
    }

    public func allow(_ rules: [String]) throws { try run([["ACL", "SETUSER", "watcher"] + rules]) }

    /// What Redis holds under the session prefix now, as ``WatchedRegistry/sessions`` says it.
    public func sessions(prefix: String = "mcp:session:") throws -> [SessionRef: String] {
        var found: [SessionRef: String] = [:]
        let keys = try run([["KEYS", prefix + "*"]])[0].array?.compactMap(\.text) ?? []
        let types = try run(keys.map { ["TYPE", $0] })
        for (key, type) in zip(keys, types) {
            let words: [RedisReply]
            switch type.text {
            case "string": words = try run([["GET", key]])
            case "hash": words = try run([["HMGET", key, "node", "boot"]])
            default: continue
            }
            found[ref(String(key.dropFirst(prefix.count)))] = try Self.text(words[0])
        }
        return found
    }

    private static func text(_ value: RedisReply) throws -> String? {
        if let fields = value.array {
            guard let node = fields[0].text else { return "unowned" }
            return "\(node) \(fields[1].text ?? "-")"
        }
        guard let text = value.text else { return nil }
        guard text.hasPrefix("{") else { return "unowned" }
        let words = text.split(separator: "\"", omittingEmptySubsequences: false).map(String.init)
        guard text.hasSuffix("}"), let node = words.firstIndex(of: "node"), words.count > node + 2 else {
            return "bad_json"
        }
        let boot = words.firstIndex(of: "boot").map { words[$0 + 2] }
        return "\(words[node + 2]) \(boot ?? "-")"
    }
}
