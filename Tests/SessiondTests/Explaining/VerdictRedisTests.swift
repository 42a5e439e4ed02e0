import Exposition
import Foundation
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Configuration

/// A golden answer for each verdict, each brought about by real steps on a real Redis. The answers stand in
/// docs/explain.md; with `WRITE_EXPLANATIONS=1` they are written there anew.
@Suite(.ownThreads) struct VerdictRedisTests {
    @Test(arguments: Verdict.allCases)
    func theAnswerIsTheDocumentedOne(verdict: Verdict) async throws {
        let documented = try #require(Golden.words(of: verdict), "docs/explain.md has no \(verdict.rawValue)")
        let words = try await Self.answer(verdict) { Golden.steadied($0.words) == Golden.steadied(documented) }.words
        if ProcessInfo.processInfo.environment["WRITE_EXPLANATIONS"] != nil { try Golden.write(words, verdict) }
        #expect(Golden.steadied(words) == Golden.steadied(documented))
    }

    /// Brings the verdict about, and asks by the id.
    static func answer(_ verdict: Verdict, _ isRight: (JSONValue) -> Bool) async throws -> JSONValue {
        switch verdict {
        case .evicted: return try await evicted(isRight)
        case .cleaned: return try await cleaned(isRight)
        case .unverified: return try await unverified(isRight)
        default: break
        }
        let cluster = try await ExplainedCluster()
        let id = try await bringAbout(verdict, in: cluster)
        let answer = try await cluster.explanation(of: id, isRight)
        await cluster.stop()
        return answer
    }

    private static func bringAbout(_ verdict: Verdict, in cluster: ExplainedCluster) async throws -> String {
        let (redis, watched) = (cluster.redis, cluster.watched)
        var id = uuid(100)
        switch verdict {
        case .misrouted: try await cluster.refuse(id, by: "node-2", cookie: nodeCookies["node-3"])
        case .ownerDead: try await cluster.kill(1)
        case .ownerRestarted: try await cluster.restart(1, boot: "b1-2")
        case .ownerUnknown:
            id = uuid(1)
            try redis.run([session(id, node: "node-9", boot: "b9", created: try redis.now())])
            try await cluster.known(id) { $0?.state == .orphaned(.ownerUnknown) }
        case .ownerDenies:
            try await cluster.refuse(id, by: "node-1")
            try await cluster.known(id) { $0?.state == .orphaned(.ownerDenies) }
        case .unowned, .malformed:
            id = uuid(1)
            try redis.run([["SET", "mcp:session:\(id)", verdict == .unowned ? "1" : "{\"node\":", "EX", "1000"]])
            try await cluster.known(id) { $0 != nil }
        case .closed:
            try redis.run([["DEL", "mcp:session:\(id)"]])
            try await eventually("its end") { watched.ending(id) == .closed }
        case .expired:
            try redis.run([["PEXPIRE", "mcp:session:\(id)", "300"]])
            try await eventually("its end") { watched.ending(id) == .expired }
        case .vanished:
            try redis.run([["FLUSHALL"]])
            for node in 1...3 { try await cluster.restart(node, boot: "b\(node)") }
            try await eventually("its end") { watched.ending(id) == .vanished && watched.isWholeAndLive }
        case .neverSeen: id = uuid(1)
        case .live, .cleaned, .evicted, .unverified: break
        }
        return id
    }

    private static func unverified(_ isRight: (JSONValue) -> Bool) async throws -> JSONValue {
        let cluster = try await ExplainedCluster()
        cluster.redis.signal(SIGKILL)
        try await eventually("the loss to be seen") { !cluster.watched.view.isComplete }
        let answer = try await cluster.explanation(of: uuid(100), isRight)
        await cluster.stop()
        return answer
    }

    private static func evicted(_ isRight: (JSONValue) -> Bool) async throws -> JSONValue {
        let cluster = try await ExplainedCluster(["--maxmemory", "200mb", "--maxmemory-policy", "allkeys-lru"])
        let (redis, watched) = (cluster.redis, cluster.watched)
        try redis.run(
            (0..<4_000).map { session(uuid(10_000 + $0), node: "node-1", boot: "b1", created: 1_790_000_000) })
        try await eventually("all to be known") { watched.counts.inAll == 4_030 }
        try await eventually("the server's settings to be known") {
            try watched.json("/api/v1/status")["data"]?["redis"]?["evicts_sessions"] == true
        }
        try redis.run([["CONFIG", "SET", "maxmemory", "\(try redis.memory() - 300_000)"]])
        try await eventually("an eviction") {
            (0..<4_000).contains { watched.ending(uuid(10_000 + $0)) == .evicted }
        }
        try redis.run([["CONFIG", "SET", "maxmemory", "200mb"]])
        // Heartbeats are keys, too.
        for node in 1...3 { try await cluster.restart(node, boot: "b\(node)") }
        try await eventually("all nodes to be alive") {
            (1...3).allSatisfy { watched.node("node-\($0)")?.node.isAlive == true }
        }
        let lost = try #require((0..<4_000).first { watched.ending(uuid(10_000 + $0)) == .evicted })
        let answer = try await cluster.explanation(of: uuid(10_000 + lost), isRight)
        await cluster.stop()
        return answer
    }

    private static func cleaned(_ isRight: (JSONValue) -> Bool) async throws -> JSONValue {
        let cluster = try await ExplainedCluster()
        try await cluster.kill(1)
        var settings = CleanupSettings()
        (settings.mode, settings.grace, settings.every, settings.settle) = (.delete, .seconds(1), .seconds(1), .zero)
        // Its heartbeat had a day to live, and was met but once.
        settings.maxSilence = .seconds(1)
        let board = CleanupBoard(settings)
        let cleaner = Cleaner(cluster.watched.watch, board: board, holder: "replica-1")
        let task = Task { await cleaner.run() }
        try await eventually("its end") { cluster.watched.ending(uuid(100)) == .cleaned }
        task.cancel()
        await task.value
        let answer = try await cluster.explanation(of: uuid(100), isRight)
        await cluster.stop()
        return answer
    }
}

/// The answers of docs/explain.md: below each verdict's heading the first block.
enum Golden {
    private static let page = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/explain.md")

    private static func range(of verdict: Verdict, in text: String) -> Range<String.Index>? {
        guard let heading = text.range(of: "### \(verdict.rawValue)\n"),
            let open = text.range(of: "```text\n", range: heading.upperBound..<text.endIndex),
            let close = text.range(of: "\n```", range: open.upperBound..<text.endIndex)
        else { return nil }
        return open.upperBound..<close.lowerBound
    }

    static func words(of verdict: Verdict) -> String? {
        guard let text = try? String(contentsOf: page, encoding: .utf8) else { return nil }
        return range(of: verdict, in: text).map { String(text[$0]) }
    }

    /// Whether any example of the page, below whichever heading, is these words.
    static func hasExample(_ words: String) -> Bool {
        guard let text = try? String(contentsOf: page, encoding: .utf8) else { return false }
        return steadied(text).contains("```text\n\(steadied(words))\n```")
    }

    /// Without what differs each time: spans of time, and how a lost Redis is worded.
    static func steadied(_ words: String) -> String {
        words.replacing(#/\b\d+[dhms](\d+[hms])?\b/#, with: "~").replacing(#/not read: .*/#, with: "not read")
            .replacing(", or up to ~ before that", with: "")
    }

    static func write(_ words: String, _ verdict: Verdict) throws {
        try lock.withLock {
            var text = try String(contentsOf: page, encoding: .utf8)
            guard let range = range(of: verdict, in: text) else { return }
            text.replaceSubrange(range, with: words)
            try text.write(to: page, atomically: true, encoding: .utf8)
        }
    }

    private static let lock = NSLock()
}
