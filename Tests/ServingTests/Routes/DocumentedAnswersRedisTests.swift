import Events
import Exposition
import Foundation
import HTTP
import Lab
import Sessions
import TestSupport
import Testing

@testable import Intake
@testable import Serving

/// The examples of docs/api.md are what the daemon answers: the same members in the same order, with values of the same kind.
@Suite(.ownThreads) struct DocumentedAnswersRedisTests {
    /// A command of the page, and the JSON below it.
    struct Example: CustomTestStringConvertible {
        var command: String
        var answer: JSONValue

        var testDescription: String { command }
        var isPost: Bool { command.contains("--data-binary") || body != nil }
        /// `{"by":"ann"}` in `curl -d '{"by":"ann"}' ...`.
        var body: String? { command.firstMatch(of: #/-d '([^']*)'/#).map { String($0.output.1) } }

        /// `/api/v1/nodes/node-3` in `curl $S/api/v1/nodes/node-3`.
        var target: String? {
            command.firstMatch(of: #/\$S(/[^\s"]*)/#).map { String($0.output.1) }
        }
    }

    static let examples: [Example] = {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let page = tests.deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/api.md")
        guard let text = try? String(contentsOf: page, encoding: .utf8) else { return [] }
        let pattern = #/(?m)^    \$ (?<command>.*curl.*)\n\n```json\n(?<json>(?:.*\n)*?)```/#
        return text.matches(of: pattern).compactMap { match in
            guard let answer = try? JSONValue(parsing: Array(match.output.json.utf8)) else { return nil }
            return Example(command: String(match.output.command), answer: answer)
        }
    }()

    /// Four nodes of which two had requests for each other's sessions, and lines of all kinds.
    static func watched() async throws -> WatchedRegistry {
        let registry = PaperRegistry()
        let heartbeats = (1...4).map { number in
            let heartbeat = """
                {"boot":"b\(number)","started_at":1789998000,"sessions":2,"version":"1.4.2",\
                "url":"http://10.0.0.\(number):8080"}
                """
            return ("node-\(number)", heartbeat)
        }
        let values = (0..<12).map { number in
            let boot = number % 3 == 0 ? "old" : "b\(number % 4 + 1)"
            let value = """
                {"node":"node-\(number % 4 + 1)","boot":"\(boot)","created_at":1789999000,"last_seen":1789999900,\
                "client":"cursor/1.9.3"}
                """
            return (id: uuid(number), value: value)
        }
        registry.read(values, Dictionary(uniqueKeysWithValues: heartbeats))
        let stamps = ["2026-09-21T14:11:00Z", "2026-09-21T14:12:30Z", "2026-09-21T14:13:10Z"]
        let lines = stamps.flatMap { stamp in
            [(2, "node-1"), (1, "node-3")].map {
                misrouteLine(uuid($0), node: $1, cookie: "cc3dd0c247d6ff41", stamp: stamp)
            }
        }
        let watched = registry.watched
        watched.incidents.log.withLock {
            $0 = IncidentLog(
                restoring: [SampleIncidents.incidents[0]], nextNumber: 7, keptAt: SampleIncidents.began)
        }
        _ = try watched.intake.push(lines.joined(separator: "\n"))
        for _ in 0..<2 { registry.renewHeartbeats(Dictionary(uniqueKeysWithValues: heartbeats)) }
        await EventJudge(watched.intake).finish()
        return watched
    }

    @Test func eachRouteOfJSONHasAnExample() {
        let targets = Self.examples.compactMap { $0.target?.prefix { $0 != "?" } }.map(String.init)
        #expect(
            targets == [
                "/api/v1/status", "/api/v1/nodes/node-3", "/api/v1/nodes/node-2", "/api/v1/sessions",
                "/api/v1/sessions/lookup", "/api/v1/misroutes", "/api/v1/incidents",
                "/api/v1/cookies/cc3dd0c247d6ff41", "/api/v1/events", "/api/v1/cleanup",
                "/api/v1/cleanup", "/api/v1/cleanup/suspend", "/api/v1/cleanup/resume", "/api/v1/cleanup/undo",
                "/api/v1/cleanup/attest",
                "/api/v1/sessions",
            ])
    }

    @Test(arguments: examples) func theAnswerHasTheMembersOfItsExample(example: Example) async throws {
        let target = try #require(example.target)
        if target.hasPrefix("/api/v1/cleanup") {
            let answer = try Self.cleanupAnswer(target, body: example.body)
            return Self.compare(try JSONValue(parsing: answer.body), with: example.answer, at: "")
        }
        let watched = try await Self.watched()
        let response =
            switch (example.isPost, target) {
            case (false, _): watched.get(target)
            case (true, "/api/v1/sessions/lookup"): watched.lookup("{\"id\":\"\(uuid(2))\"}")
            default:
                try watched.intake.push(
                    misrouteLine(uuid(1), node: nil) + "\nelse\n{\"message\":\"session lost", to: target)
            }
        Self.compare(try JSONValue(parsing: response.body), with: example.answer, at: "")
    }

    /// With a run behind it, and for what is to be stopped a Redis to write to.
    private static func cleanupAnswer(_ target: String, body: String?) throws -> HTTPResponse {
        if target.hasSuffix("/attest") {
            // Of the dead node that there is.
            let order = (body ?? "").replacing("node-9", with: "node-2")
            return CleaningRegistry(writingTo: try PrivateRedis()).post(target, order)
        }
        guard target == "/api/v1/cleanup" else {
            let redis = try PrivateRedis()
            if target.hasSuffix("/undo") {
                // A part of the run of the example, with one record.
                let record = "1:k,1:-,6:node-1,2:b1,10:owner_dead,1:x,"
                try redis.run([
                    ["HSET", "mcp:sessiond:{undo}", "1795404635-b466:0", "1 100 \(try redis.now() + 3_600)000"],
                    ["HSET", "mcp:sessiond:{undo}:1795404635-b466:0", ref(uuid(1)).description, record],
                    ["SET", "k", "x"],
                ])
            }
            return CleaningRegistry(on: WatchedRegistry(redis)).post(target, body ?? "")
        }
        let cleaning = CleaningRegistry()
        guard body == nil else { return cleaning.post(target, body ?? "") }
        var report = CleanupReport(
            request: CleanupRequest(by: "schedule", run: "r", isDryRun: false), action: .delete, epoch: 3,
            began: cleaning.now)
        (report.result, report.why, report.ended) = (.suspended, "ann suspended cleanup: deploy", cleaning.now)
        report.brakes = [AppliedBrake(.suspended, detail: "ann suspended cleanup: deploy")]
        cleaning.board.state.withLock { $0.runs = [report] }
        return cleaning.get(target)
    }

    /// Members whose names are data.
    private static let maps = [
        ".data.totals", ".data.events.problems", ".data.plan.skipped", ".data.runs[].cleaned", ".data.runs[].skipped",
    ]

    private static func compare(_ answer: JSONValue, with example: JSONValue, at path: String) {
        switch (answer, example) {
        // What is not known now says nothing of what it is when it is.
        case (.null, _), (_, .null): break
        case (.object(let members), .object(let documented)):
            guard !maps.contains(path) else { return }
            #expect(members.map(\.key) == documented.map(\.key), "\(path)")
            for (key, value) in documented {
                if let answered = answer[key] { compare(answered, with: value, at: "\(path).\(key)") }
            }
        case (.array(let rows), .array(let documented)):
            guard let row = rows.first else {
                #expect(documented.first?.object == nil, "\(path): no row to compare with")
                return
            }
            for documentedRow in documented { compare(row, with: documentedRow, at: "\(path)[]") }
        default: #expect(kind(answer) == kind(example), "\(path)")
        }
    }

    private static func kind(_ value: JSONValue) -> String {
        switch value {
        case .object: "object"
        case .array: "array"
        case .string: "string"
        case .bool: "bool"
        case .null: "null"
        default: "number"
        }
    }
}
