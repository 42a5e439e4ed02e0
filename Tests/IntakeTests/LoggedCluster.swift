import Events
import Exposition
import Foundation
import HTTP
import Lab
import Redis
import Sessions
import Synchronization
import TestSupport

@testable import Configuration
@testable import Intake
@testable import Watching

/// Three nodes whose heartbeats stand still, a registry that is watched live, and the intake of what their logs say.
final class LoggedCluster: Sendable {
    let redis: PrivateRedis
    let watched: WatchedRegistry
    let judge: EventJudge
    let folder: TemporaryFolder
    private let tasks = Mutex<[Task<Void, Never>]>([])

    /// Each node owns ten sessions: of node-1 those with the ids `uuid(100)` to `uuid(109)`, and so on.
    init(_ change: (inout WatchPlan) -> Void = { _ in }) async throws {
        redis = try PrivateRedis()
        folder = try TemporaryFolder(prefix: "events")
        let now = try redis.now()
        for node in 1...3 {
            try redis.run([Self.heartbeat(node, boot: "b\(node)", at: now)])
            try redis.run(
                (0..<10).map { session(uuid(100 * node + $0), node: "node-\(node)", boot: "b\(node)", created: now) })
        }
        watched = try await WatchedRegistry.live(redis) { plan in
            plan.nodes.deadAfterSeconds = 100_000
            change(&plan)
        }
        judge = EventJudge(watched.intake)
        start(judge)
    }

    deinit {
        for task in tasks.withLock({ $0 }) { task.cancel() }
        folder.remove()
    }

    static func heartbeat(_ node: Int, boot: String, at now: Int) -> [String] {
        let value = """
            {"boot":"\(boot)","started_at":\(now - 1000),"seen_at":\(now),"url":"http://10.0.0.\(node):8080","sessions":10}
            """
        return ["SET", "mcp:node:node-\(node)", value, "EX", "100000"]
    }

    /// Has a source or the judge run until ``stop()``.
    func start(_ judge: EventJudge) { keep(Task { await judge.run() }) }
    func start(_ files: FileIntake) { keep(Task { await files.run() }) }
    func start(_ stream: StreamIntake) { keep(Task { await stream.run() }) }

    private func keep(_ task: Task<Void, Never>) { tasks.withLock { $0.append(task) } }

    /// Stops as SIGTERM does: the sources before the judge and the watchers.
    func stop() async {
        for task in tasks.withLock({ Array($0.reversed()) }) {
            task.cancel()
            await task.value
        }
        await watched.stop()
    }

    func files(
        _ path: String = "*.log", state: String = "state", node: String = "", keeps: [KeptHeader] = []
    ) -> FileIntake {
        var file = EventFile(path: folder.file(path))
        (file.node, file.keeps) = (node, keeps)
        return FileIntake(
            [file], stateDirectory: folder.file(state), options: LineReader.Options(), intake: watched.intake,
            judge: judge)
    }

    func append(_ lines: [String], to name: String = "a.log") throws {
        let path = folder.file(name)
        if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(fileURLWithPath: path)) }
        guard let file = FileHandle(forWritingAtPath: path) else { throw LabError.system(call: "open", reason: path) }
        defer { try? file.close() }
        _ = try file.seekToEnd()
        try file.write(contentsOf: Data(lines.map { $0 + "\n" }.joined().utf8))
    }

    /// The answer to lines that are pushed.
    func push(_ body: String, to target: String = "/api/v1/events") throws -> JSONValue {
        try JSONValue(parsing: watched.intake.push(body, to: target).body)
    }

    /// Waits until all that was taken in is judged, and so many at least. Meanwhile the nodes renew their heartbeats.
    func judged(_ count: Int) async throws {
        let intake = watched.intake
        try await eventually("\(count) events to be judged") {
            try? redis.renewHeartbeats()
            return intake.judgedCount >= count && intake.waitingCount == 0
        }
    }

    /// Refused requests by `node owner verdict`.
    var misroutes: [String: Int] {
        let tally = watched.intake.tally
        return (tally.misroutes + tally.unknownSessions).reduce(into: [:]) { counts, pair in
            let words = [pair.node, pair.owner].map { $0.isEmpty ? "-" : $0 } + [pair.verdict.rawValue]
            counts[words.joined(separator: " ")] = pair.count
        }
    }
}
