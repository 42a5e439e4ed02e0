import Exposition
import Foundation
import Lab
import Redis
import Sessions
import Synchronization
import TestSupport

@testable import Intake
@testable import Watching

/// Three nodes on a real Redis that can die and come back, ten sessions of each, and refused requests by push: whatever
/// can lead to a 404, done for real.
final class ExplainedCluster: Sendable {
    let redis: PrivateRedis
    let watched: WatchedRegistry
    private let judging: Task<Void, Never>

    /// Node `n` owns the sessions `uuid(100 * n)` to `uuid(100 * n + 9)`, with boot `b<n>`.
    /// `isScanning`: it is read once, no log is, and nobody dies; else changes are told, and somebody reads logs.
    init(_ arguments: [String] = [], isScanning: Bool = false) async throws {
        redis = try PrivateRedis(arguments: arguments)
        let now = try redis.now()
        for node in 1...3 {
            try redis.run([Self.heartbeat(node, boot: "b\(node)", started: now - 1000)])
            try redis.run(
                (0..<10).map {
                    session(uuid(100 * node + $0), node: "node-\(node)", boot: "b\(node)", created: now - 500)
                })
        }
        let change: (inout WatchPlan) -> Void = { plan in
            plan.nodes.deadAfterSeconds = isScanning ? 60 : 2
            plan.nodes.unknownAfterSeconds = 1
            if isScanning { plan.scanEverySeconds = 3_600 }
        }
        watched = isScanning ? WatchedRegistry(redis, change) : try await WatchedRegistry.live(redis, change)
        let judge = EventJudge(watched.intake)
        judging = Task { await judge.run() }
        if !isScanning {
            try await refuse(uuid(999), by: "node-1")
            return
        }
        watched.start()
        try await eventually("the first full scan") { watched.view.isComplete }
    }

    deinit { judging.cancel() }

    func stop() async {
        judging.cancel()
        await judging.value
        await watched.stop()
    }

    /// Alive while it is there: it says nothing of when it beat, so none of them grows old.
    static func heartbeat(_ node: Int, boot: String?, started: Int) -> [String] {
        let boot = boot.map { "\"boot\":\"\($0)\"," } ?? ""
        let value = "{\(boot)\"started_at\":\(started),\"url\":\"http://10.0.0.\(node):8080\"}"
        return ["SET", "mcp:node:node-\(node)", value, "EX", "100000"]
    }

    // MARK: - What happens

    func kill(_ node: Int) async throws {
        try redis.run([["DEL", "mcp:node:node-\(node)"]])
        try await eventually("the end of node-\(node)") { watched.node("node-\(node)")?.node.hasEnded == true }
    }

    func restart(_ node: Int, boot: String) async throws {
        try redis.run([Self.heartbeat(node, boot: boot, started: try redis.now())])
        try await eventually("the new boot to be seen") {
            watched.node("node-\(node)")?.node.heartbeat?.boot?.text == boot
        }
    }

    /// A node answers a request for the session with 404, and says so in its log.
    func refuse(
        _ id: String, by node: String, cookie: String? = nil, times: Int = 1, secondsAgo: Double = 0,
        message: String = "session exists in registry but not on this node"
    ) async throws {
        let now = watched.watch.clock.now() - secondsAgo
        let lines = (0..<times).map { number in
            misrouteLine(
                id, node: node, cookie: cookie, message: message,
                stamp: JSONValue.time((now - Double(40 * (times - 1 - number))).seconds).string)
        }
        let before = watched.intake.judgedCount
        _ = try watched.intake.push(lines.joined(separator: "\n"))
        try await eventually("the lines to be judged") {
            try redis.renewHeartbeats()
            return watched.intake.judgedCount >= before + times
        }
    }

    /// A node says that it made the session.
    func create(_ id: String, by node: String) async throws {
        let before = watched.intake.judgedCount
        _ = try watched.intake.push(misrouteLine(id, node: node, message: "session created"))
        try await eventually("the line to be judged") { watched.intake.judgedCount > before }
    }

    /// Waits until the view holds what the key holds.
    func known(_ id: String, _ condition: (SessionSummary?) -> Bool) async throws {
        try await eventually("the session to be known") { condition(watched.session(id)) }
    }

    // MARK: - What is asked

    /// Asks again until the answer is the one that is waited for: on a loaded machine heartbeats may be read late, and what is
    /// older than `nodes.dead_after` proves nothing.
    func explanation(of id: String, _ isRight: (JSONValue) -> Bool) async throws -> JSONValue {
        var answer = JSONValue.null
        try? await eventually("the right answer") {
            answer = try explain(id)
            return isRight(answer)
        }
        return answer
    }

    func explanation(of id: String, _ finding: String) async throws -> JSONValue {
        try await explanation(of: id) { $0.finding == finding }
    }

    func explain(_ id: String) throws -> JSONValue {
        try JSONValue(parsing: watched.lookup("{\"id\":\(JSONValue.string(id).compact)}").body)["data"] ?? .null
    }

    func explain(ref: SessionRef) throws -> JSONValue { try watched.json("/api/v1/sessions/\(ref)")["data"] ?? .null }
}

extension JSONValue {
    /// `owner_dead certain`
    var finding: String { "\(self["verdict"]?.string ?? "-") \(self["confidence"]?.string ?? "-")" }

    var facts: [String] {
        (self["evidence"]?.array ?? []).map { "\($0["source"]?.string ?? "-"): \($0["fact"]?.string ?? "-")" }
    }

    func hasFact(_ text: String) -> Bool { facts.contains { $0.contains(text) } }

    /// An explanation's words as docs/explain.md shows them.
    var words: String {
        let steps = (self["what_to_do"]?.array ?? []).enumerated().map {
            "\($0.offset + 1). \($0.element.string ?? "")"
        }
        let lines =
            ["\(finding)", "why: \(self["why"]?.string ?? "")"] + steps
            + ["client: \(self["tell_client"]?.string ?? "")", "runbook: \(self["runbook"]?.string ?? "none")"]
        return (lines + facts.map { "- \($0)" }).joined(separator: "\n")
    }
}
