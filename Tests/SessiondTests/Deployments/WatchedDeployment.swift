import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Watching

extension WatchedRegistry {
    /// On a machine that is very busy, what takes a second may take twenty.
    static let patienceSeconds = 300.0

    /// Watches a deployment as the daemon does by default: by tracking where it is to be had.
    convenience init(
        deployment: RedisDeployment, of lab: any AnyObject & Sendable, _ change: (inout WatchPlan) -> Void = { _ in }
    ) {
        // Replaced by the deployment at once.
        self.init(RedisEndpoint(.unix(path: "/nowhere")), of: lab) { plan in
            plan.deployment = deployment
            plan.mode = .auto
            plan.limits = .patient
            plan.nodes.deadAfterSeconds = 1
            change(&plan)
        }
    }

    /// Waits far longer than it should take.
    func soon(_ what: String, _ condition: () throws -> Bool) async throws {
        do {
            try await eventually(what, within: Self.patienceSeconds, condition)
        } catch {
            print("what was logged:\n\(log.text)\n\(get("/readyz?verbose").text)")
            throw error
        }
    }
}

// MARK: - What is known

extension WatchedRegistry {
    /// Everything that is registered, as far as we know.
    var refs: Set<SessionRef> {
        watch.registry.withLock { registry in
            var found: Set<SessionRef> = []
            var next: SessionRef?
            repeat {
                let page = registry.page(SessionFilter(), after: next, limit: 1_000, at: watch.clock.now())
                found.formUnion(page.sessions.map(\.ref))
                next = page.next
            } while next != nil
            return found
        }
    }

    func knows(_ id: String) -> Bool { summary(of: id) != nil }

    func summary(of id: String) -> SessionSummary? {
        guard let known = try? SessionID(Array(id.utf8).span, maxLength: watch.plan.maxIDLength) else { return nil }
        return watch.registry.withLock { $0.session(known, ref: ref(id), at: watch.clock.now()) }
    }

    /// How the session ended, nil while it is registered or where it never was.
    func ending(of id: String) -> Ending? { watch.registry.withLock { $0.endedSession(ref(id))?.ending } }

    /// Who is read from.
    var servers: [RedisEndpoint] {
        watch.link.withLock { link in link.endpoints.sorted { $0.key < $1.key }.map(\.value) }
    }

    /// `complete` of the answers, with the reason why it is not.
    var completeness: (isComplete: Bool?, gap: String?) {
        let status = try? json("/api/v1/status")
        return (status?["complete"]?.bool, status?["data"]?["watch"]?["gap"]?.string)
    }

    var readiness: (status: Int, text: String) {
        let answer = get("/readyz?verbose")
        return (answer.status, answer.text)
    }
}

// MARK: - What is counted

extension WatchedRegistry {
    var createdCount: Int {
        nodeSummaries.reduce(watch.registry.withLock { $0.unownedCreated }) { $0 + $1.created }
    }

    /// Sessions that were counted as ended, by how.
    var endings: [Ending: Int] {
        nodeSummaries.reduce(into: watch.registry.withLock { $0.unownedEnded }) {
            $0.merge($1.ended, uniquingKeysWith: +)
        }
        .filter { $0.value > 0 }
    }

    private var nodeSummaries: [NodeSummary] {
        watch.registry.withLock { $0.nodeSummaries(at: watch.clock.now()) }
    }

    /// Complete fullScans. Not as the page says it, which is kept for a moment.
    var readingCount: Int {
        watch.metrics.scans.snapshot().first { $0.labels == ["result": "ok"] }?.value ?? -1
    }

    /// Gaps of all reasons.
    var resyncCount: Int { watch.metrics.trackingResyncs.snapshot().reduce(0) { $0 + $1.value } }

    func resyncCount(_ reason: ResyncReason) -> Int {
        watch.metrics.trackingResyncs.snapshot().first { $0.labels == ["reason": reason.rawValue] }?.value ?? -1
    }

    /// Does something, and sees that it was told: not found by a reading, unless something else made one necessary.
    func liveChange(_ what: String, _ body: () throws -> Void, isSeen: () throws -> Bool) async throws {
        try await soon("no reading in progress") { view.isComplete && watch.fullScans.withLock { $0.isEmpty } }
        let before = (fullScans: readingCount, resyncs: resyncCount)
        try body()
        try await soon(what, isSeen)
        if resyncCount == before.resyncs {
            try #require(readingCount == before.fullScans, "\(what): a reading found it")
        }
    }
}

// MARK: - What stands in Redis

/// A session of that node; all of them were created an hour ago.
func record(_ id: String, node: String, boot: String = "boot-1", now: Int) -> [String] {
    session(id, node: node, boot: boot, created: now - 3_600)
}

/// A heartbeat that never expires, so that a node lives exactly until it is deleted.
func heartbeat(_ node: String, boot: String = "boot-1") -> [String] {
    ["SET", "mcp:node:\(node)", "{\"boot\":\"\(boot)\"}"]
}
