import Exposition
import Foundation
import HTTP
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Configuration
@testable import Serving
@testable import Watching

/// Every answer, of the examples in docs/api.md and of registries in many states, is what `/openapi.json` says, by the
/// reference validators of OpenAPI and JSON Schema.
@Suite(.ownThreads) struct AnswersAsDescribedRedisTests {
    private static let python = ProcessInfo.processInfo.environment["OPENAPI_PYTHON"]

    /// An answer as `scripts/lib/check-answers` reads it.
    private struct Answered {
        var method: HTTPMethod
        var template: String
        var status: Int
        var type: String
        var body: String

        var json: JSONValue {
            [
                "method": .string(method.rawValue), "template": .string(template), "status": .int(status),
                "type": .string(type), "body": .string(body),
            ]
        }
    }

    @Test(
        .enabled(
            if: python != nil,
            "OPENAPI_PYTHON is not set: a python3 that has openapi-spec-validator, jsonschema and rfc3339-validator"))
    func everyAnswerIsWhatTheDocumentSays() async throws {
        let python = try #require(Self.python)
        let document = try RouteTests.registry().watched.json("/openapi.json")
        let answers =
            try await Self.reads() + Self.examples() + Self.refusals() + Self.orders()
            + Self.unavailable() + Self.forms() + [Self.conflict()]
        let given: JSONValue = ["document": document, "answers": .array(answers.map(\.json))]
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let script = tests.deletingLastPathComponent().deletingLastPathComponent().appending(
            path: "scripts/lib/check-answers")
        let run = try ForeignProgram(
            [python, script.path], input: Array(given.compact.utf8), package: "set OPENAPI_PYTHON to a python3")
        #expect(run.status == 0, "\(run.text)")
    }

    private static func ask(
        _ method: HTTPMethod, _ target: String, _ router: Router,
        body: String = "", headers: HTTPHeaders = [:]
    ) -> Answered {
        let request = HTTPRequest(method, target, headers: headers, body: Array(body.utf8))
        let (response, template) = router.respond(to: request)
        return Answered(
            method: method, template: template, status: response.status, type: response.headers["Content-Type"] ?? "",
            body: response.text)
    }

    private static let targets = [
        "/livez", "/livez?verbose", "/readyz", "/readyz?verbose=1", "/metrics", "/openapi.json", "/api/v1/status",
        "/api/v1/nodes", "/api/v1/nodes?limit=1", "/api/v1/nodes/node-1", "/api/v1/nodes/node-1?drain=1",
        "/api/v1/nodes/node-3",
        "/api/v1/nodes/node-9",
        "/api/v1/nodes/none", "/api/v1/sessions", "/api/v1/sessions?limit=2", "/api/v1/sessions?stuck=true",
        "/api/v1/sessions?limit=0", "/api/v1/sessions/s:0000", "/api/v1/sessions/nonsense", "/api/v1/misroutes",
        "/api/v1/misroutes?limit=1", "/api/v1/cookies/cc3dd0c247d6ff41", "/api/v1/cookies/none", "/api/v1/cleanup",
        "/api/v1/status?no-such=1", "/api/v1/status?access_token=x",
    ]

    /// Before the first full scan, with sessions of each state, with refused requests, cleaned, and with Redis away.
    private static func reads() async throws -> [Answered] {
        let judged = try await DocumentedAnswersRedisTests.watched()
        let gone = RouteTests.registry().watched
        let failure = RedisError.connect(
            RedisEndpoint(.tcp(host: "127.0.0.1", port: 1)), reason: "Connection refused")
        gone.watch.noteDown(.heartbeats, failure)
        gone.watch.noteFullScan(failed: failure, afterSteps: 0, shard: 0)
        let well = RouteTests.registry().watched
        well.watch.noteUp(.heartbeats)
        let registries = [PaperRegistry().watched, well, judged, gone]
        var answers = registries.flatMap { watched in
            let refs = (try? watched.json("/api/v1/sessions"))?["data"]?.array?.compactMap { $0["ref"]?.string } ?? []
            return (targets + refs.map { "/api/v1/sessions/\($0)" }).map { ask(.get, $0, watched.router) }
                + [0, 1, 2, 99].map {
                    ask(.post, "/api/v1/sessions/lookup", watched.router, body: "{\"id\":\"\(uuid($0))\"}")
                }
        }
        answers.append(
            ask(.get, "/metrics", judged.router, headers: ["Accept": "application/openmetrics-text"]))
        let revealing = PaperRegistry(tokens: [AccessToken(token, scopes: [.read, .reveal])].compactMap(\.self))
        revealing.read([(uuid(1), "1")])
        answers.append(
            ask(
                .get, "/api/v1/sessions/\(ref(uuid(1)))", revealing.watched.router,
                headers: ["Authorization": "Bearer \(token)"]))
        return answers
    }

    private static let token = "revealer-token-0123456789"

    /// The examples of docs/api.md, where the answers of routes stand as they were given.
    private static func examples() throws -> [Answered] {
        let router = RouteTests.registry().watched.router
        return try DocumentedAnswersRedisTests.examples.map { example in
            let target = try #require(example.target)
            let method: HTTPMethod = example.isPost ? .post : .get
            let template = router.respond(to: HTTPRequest(method, target)).template
            let isRun = target == "/api/v1/cleanup" && example.isPost
            let status = example.answer["status"]?.int ?? (isRun ? 202 : 200)
            return Answered(
                method: method, template: template, status: status,
                type: example.answer["title"] == nil ? "application/json" : "application/problem+json",
                body: example.answer.compact)
        }
    }

    private static func refusals() throws -> [Answered] {
        let documented = try OpenAPITests.Documented()
        let wrong: HTTPHeaders = ["Authorization": "Bearer wrong-token-0123456789"]
        let pusher: HTTPHeaders = ["Authorization": "Bearer pusher-token-0123456789"]
        let reader: HTTPHeaders = ["Authorization": "Bearer reader-token-0123456789"]
        let unknown = ["nodes?workload", "sessions?node", "misroutes?node", "incidents?node"].map {
            ask(.get, "/api/v1/\($0)=nobody", documented.router, headers: reader)
        }
        return unknown
            + documented.operations.flatMap { method, template, _ in
                let target = template.replacing(#/\{[a-z]+\}/#, with: "d57d")
                var answers = [[:], wrong, pusher, reader].map {
                    ask(method, target, documented.router, headers: $0)
                }
                answers.append(
                    ask(method, target, documented.router, headers: ["Host": "stranger.example"]))
                return answers
            }
    }

    /// What the page's form is answered.
    private static func forms() throws -> [Answered] {
        let form: HTTPHeaders = ["Content-Type": "application/x-www-form-urlencoded"]
        let watched = RouteTests.registry().watched
        let (prefix, conflicting) = try twoOfOnePrefix()
        return [
            (watched, "session=\(ref(uuid(1)))"), (watched, "session=nobody"), (watched, "session="),
            (watched, "ref=s:00000000"), (conflicting.watched, "ref=\(prefix)"), (PaperRegistry().watched, "session=a"),
        ].map { ask(.post, "/", $0.router, body: $1, headers: form) }
    }

    /// A prefix of two refs, and a registry that has both.
    private static func twoOfOnePrefix() throws -> (prefix: Substring, registry: PaperRegistry) {
        let sameStart = Dictionary(grouping: (0..<2_000).map(uuid)) { ref($0).description.prefix(6) }.values
        let pair = try #require(sameStart.first { $0.count == 2 })
        let registry = PaperRegistry()
        registry.read(pair.map { ($0, "1") })
        return (ref(pair[0]).description.prefix(6), registry)
    }

    private static func conflict() throws -> Answered {
        let (prefix, registry) = try twoOfOnePrefix()
        return ask(.get, "/api/v1/sessions/\(prefix)", registry.watched.router)
    }

    /// Events when the daemon stops, and cleanup whose Redis is away.
    private static func unavailable() throws -> [Answered] {
        let stopping = RouteTests.registry().watched
        stopping.intake.end()
        var settings = Settings()
        settings.events.http = true
        let routes = Routes(
            watch: stopping.watch, intake: stopping.intake, board: CleanupBoard(settings.cleanup), settings: settings,
            instance: WatchedRegistry.instance)
        let pusher = try #require(AccessToken("pusher-token-0123456789", scopes: [.events]))
        let router = Router(
            routes.all, access: AccessRules(tokens: [pusher], listen: ListenAddress(host: "127.0.0.1", port: 0)))
        var answers = [
            ask(
                .post, "/api/v1/events", router, body: "{}",
                headers: ["Authorization": "Bearer pusher-token-0123456789"])
        ]
        let redis = try PrivateRedis()
        let away = CleaningRegistry(on: WatchedRegistry(redis))
        let filled = CleaningRegistry(writingTo: redis)
        redis.stop()
        let refused = CleaningRegistry()
        refused.board.state.withLock { $0.refusal = "Redis takes no writes" }
        for (cleaning, target, body) in [
            (away, "/suspend", #"{"why":"deploy"}"#), (away, "/resume", ""), (away, "/undo", #"{"run":"r"}"#),
            (refused, "", #"{"dry_run":false}"#),
            (filled, "/attest", #"{"node":"node-2","why":"scrapped"}"#),
        ] {
            answers.append(
                ask(
                    .post, "/api/v1/cleanup\(target)", cleaning.router, body: body,
                    headers: ["Authorization": "Bearer \(CleaningRegistry.cleanupToken)"]))
        }
        return answers
    }

    /// What is pushed, and what is asked of cleanup.
    private static func orders() throws -> [Answered] {
        let documented = try OpenAPITests.Documented()
        let pusher: HTTPHeaders = ["Authorization": "Bearer pusher-token-0123456789"]
        let lines = misrouteLine(uuid(1), node: nil) + "\nelse\n{\"message\":\"session lost"
        var answers = [lines, "", "[", "[{}]"].map {
            ask(.post, "/api/v1/events", documented.router, body: $0, headers: pusher)
        }
        let cleaner: HTTPHeaders = ["Authorization": "Bearer \(CleaningRegistry.cleanupToken)"]
        let reachable = CleaningRegistry(on: WatchedRegistry(try PrivateRedis()))
        let attested = CleaningRegistry(writingTo: try PrivateRedis())
        let wired = try PrivateRedis()
        let stop = CleanupStop(by: "tripwire", why: "a session was served", at: PaperRegistry.epoch, isTripped: true)
        try wired.run([["SET", "mcp:sessiond:suspend", stop.json.compact]])
        let tripped = CleaningRegistry(on: WatchedRegistry(wired))
        let void = CleaningRegistry()
        void.board.state.withLock { $0.voidEvidence = [VoidEvidence(key: "k", why: "not a JSON object", count: 3)] }
        for (cleaning, target, body) in [
            (CleaningRegistry(), "", ""), (CleaningRegistry(.dryRun), "", #"{"dry_run":false}"#),
            (CleaningRegistry(), "", #"{"dry_run":false}"#), (CleaningRegistry(), "", "[]"),
            (reachable, "/suspend", #"{"why":"deploy","for":"2h"}"#), (reachable, "/suspend", #"{"why":"again"}"#),
            (reachable, "", ""), (reachable, "/resume", ""), (reachable, "/suspend", "{}"),
            (reachable, "/undo", #"{"run":"r"}"#), (reachable, "/undo", "{}"),
            (tripped, "/suspend", #"{"why":"deploy"}"#),
            (attested, "/attest", #"{"node":"node-2","boot":"b1","why":"scrapped","by":"ann"}"#),
            (attested, "/attest", #"{"node":"node-2","why":"scrapped"}"#),
            (attested, "/attest", #"{"node":"node-3","why":"scrapped"}"#),
            (attested, "/attest", #"{"node":"node-1","why":"scrapped"}"#), (attested, "/attest", "{}"), (void, "", ""),
        ] {
            answers.append(ask(.post, "/api/v1/cleanup\(target)", cleaning.router, body: body, headers: cleaner))
            answers.append(ask(.get, "/api/v1/cleanup", cleaning.router))
            answers.append(ask(.get, "/api/v1/status", cleaning.router))
        }
        return answers
    }
}
