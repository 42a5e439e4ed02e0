import Exposition
import Foundation
import Lab
import TestSupport
import Testing

@testable import mcp_sessiond

/// Session ids are credentials: nothing that the daemon puts out, whatever is done to it, holds one, or another secret.
@Suite(.ownThreads) struct PlantedSecretsCommandTests {
    private typealias Planted = PlantedDaemon

    private static let routes = [
        "/", "/metrics", "/livez?verbose", "/readyz?verbose", "/openapi.json", "/api/v1/status", "/api/v1/nodes",
        "/api/v1/nodes/node-1", "/api/v1/nodes/node-1?drain=1", "/api/v1/sessions", "/api/v1/sessions?limit=1",
        "/api/v1/sessions?state=malformed", "/api/v1/misroutes", "/api/v1/incidents", "/api/v1/cleanup",
        "/api/v1/cookies/\(Planted.cookie)",
    ]

    /// Log lines as servers and proxies write them, all about the planted sessions.
    private static let lines = [
        "{\"timestamp\":\"2026-08-21T10:15:02.1Z\",\"level\":\"WARN\",\"fields\":{\"message\":\"session exists in registry but "
            + "not on this node\",\"session_id\":\"\(Planted.owned)\",\"node\":\"node-1\",\"cookie\":\"\(Planted.cookie)\"},"
            + "\"target\":\"mcp_node\"}",
        "2026-08-21T10:15:02 - mcpgateway.cache.session_registry - INFO - Session \(Planted.jwt) exists in Redis but not in "
            + "local cache",
        "2026-08-21 10:15:03,001 - mcp.server.streamable_http_manager - INFO - Rejected request with unknown or expired "
            + "session ID: \(Planted.unregistered)",
        "{\"RequestMethod\":\"POST\",\"RequestPath\":\"/mcp\",\"DownstreamStatus\":404,\"StartUTC\":\"2026-08-21T10:15:02Z\","
            + "\"ServiceURL\":\"http://10.0.0.1:8080\",\"request_Mcp-Session-Id\":\"\(Planted.upper)\",\"request_Cookie\":"
            + "\"_mcp_backend=\(Planted.cookie)\",\"request_Authorization\":\"Bearer \(Planted.reader)\"}",
        "{\"broken\":\"\(Planted.owned)", "\(Planted.orphan) \(Planted.value)",
    ]

    private func expectNone(_ planted: Planted, in text: String, _ place: String) {
        #expect(planted.secrets.found(in: text) == [], "\(place)")
    }

    @Test func `no answer, log, page, record or key holds a secret`() async throws {
        let planted = try Planted()
        defer { planted.end() }
        try happenings(planted)
        for route in Self.routes {
            for token in [nil, Planted.reader, Planted.cleaner, Planted.revealer] {
                for method in ["GET", "HEAD"] {
                    let answer = try planted.answer(route, method, token: token)
                    #expect(answer.hasPrefix("HTTP/1.1 "))
                    expectNone(planted, in: answer, "\(method) of route \(Self.routes.firstIndex(of: route) ?? -1)")
                }
            }
        }
        try badRequests(planted)
        try brokenRedis(planted)
        for (place, bytes) in try planted.kept() { #expect(planted.secrets.found(in: bytes) == [], "\(place)") }
        planted.program.process.terminate()
        let outcome = await planted.program.finish()
        #expect(outcome.status == 0)
        #expect(outcome.output == "")
        #expect(outcome.errors.contains("\"stopped\""))
        expectNone(planted, in: outcome.errors, "the log")
    }

    /// Events from logs and by push, an explanation of each id, a removal.
    private func happenings(_ planted: Planted) throws {
        try planted.log(Self.lines)
        let pushed = try planted.answer(
            "/api/v1/events?node=node-1", "POST", token: Planted.pusher,
            body: (Self.lines + ["{\"session_id\":7}"]).joined(separator: "\n"))
        #expect(pushed.hasPrefix("HTTP/1.1 200"))
        expectNone(planted, in: pushed, "pushed events")
        for id in Planted.ids {
            let body: JSONValue = ["id": .string(id)]
            let asked = try planted.answer("/api/v1/sessions/lookup", "POST", token: Planted.reader, body: body.compact)
            #expect(asked.hasPrefix("HTTP/1.1 200") || asked.hasPrefix("HTTP/1.1 404"))
            expectNone(planted, in: asked, "a look-up")
        }
        try waitUntil("the events to be judged") {
            try planted.renewHeartbeat()
            let status =
                try planted.answer("/api/v1/status", token: Planted.reader).split(separator: "\r\n\r\n").last ?? ""
            return try JSONValue(parsing: Array(status.utf8))["data"]?["events"]?["judged"]?.int ?? 0 >= 8
        }
        try waitUntil("the orphan to be removed") {
            try planted.kept().contains { $0.place == "audit" && !$0.bytes.isEmpty }
        }
        try waitUntil("the positions to be kept") {
            FileManager.default.fileExists(atPath: planted.folder.file("state/positions.json"))
        }
    }

    /// Ids and tokens where they do not belong.
    private func badRequests(_ planted: Planted) throws {
        for secret in [Planted.owned, Planted.jwt, Planted.odd, Planted.reader] {
            let text = secret.utf8.map { byte in
                byte < 0x10 ? "%0\(String(byte, radix: 16))" : "%\(String(byte, radix: 16))"
            }.joined()
            let json = JSONValue.string(secret).compact
            let gets = [
                "/\(text)", "/api/v1/sessions/\(text)", "/api/v1/nodes/\(text)", "/api/v1/cookies/\(text)",
                "/api/v1/sessions?\(text)=1", "/api/v1/sessions?state=\(text)", "/api/v1/sessions?cursor=\(text)",
                "/api/v1/sessions?older_than=\(text)", "/api/v1/sessions?limit=\(text)",
                "/api/v1/sessions?node=\(text)",
                "/api/v1/status?token=\(text)", "/api/v1/sessions/%zz\(text)", "/livez?\(text)",
                "/metrics?\(text)=\(text)",
            ]
            for target in gets {
                let answer = try planted.answer(target, token: Planted.reader)
                #expect(answer.hasPrefix("HTTP/1.1 "))
                expectNone(planted, in: answer, "a secret in the target: \(target.prefix { $0 != "%" })")
            }
            let bodies = [
                "{\"id\":\(json),\"x\":1}", "{\(json):1}", "{\"id\":[\(json)]}", "[\(json)]", json, "{\"id\":\(json)",
                "{\"id\":\"\(text) \"}", "{\"node\":\(json),\"why\":\"x\"}",
                "{\"node\":\"node-2\",\"boot\":\(json),\"why\":\"x\"}",
            ]
            for body in bodies {
                for target in [
                    "/api/v1/sessions/lookup", "/api/v1/cleanup", "/api/v1/cleanup/suspend", "/api/v1/cleanup/attest",
                    "/api/v1/events",
                ] {
                    let token = target == "/api/v1/events" ? Planted.pusher : Planted.cleaner
                    let answer = try planted.answer(target, "POST", token: token, body: body)
                    #expect(answer.hasPrefix("HTTP/1.1 "))
                    expectNone(planted, in: answer, "a secret in the body of \(target)")
                }
            }
            for header in [
                "Host: \(secret)", "Origin: \(secret)", "Accept: \(secret)", "X-\(text): 1", "Cookie: a=\(secret)",
            ] {
                let answer = try planted.answer("/api/v1/status", "POST", headers: [header])
                expectNone(planted, in: answer, "a secret in a header: \(header.prefix { $0 != ":" && $0 != "%" })")
            }
        }
        // Last: after so many wrong tokens none of this address is looked at.
        for id in Planted.ids + Planted.ids {
            let answer = try planted.answer("/api/v1/status", token: id)
            #expect(answer.hasPrefix("HTTP/1.1 401") || answer.hasPrefix("HTTP/1.1 429"))
            expectNone(planted, in: answer, "a secret as a token")
        }
    }

    @Test func `no command shows a secret`() async throws {
        let planted = try Planted(isTLS: false)
        defer { planted.end() }
        try happenings(planted)
        let common = ["--server", planted.server]
        for verb in [["status"], ["nodes"], ["sessions", "-o", "json"], ["misroutes"], ["cleanup"]] {
            let outcome = try await Program.run(verb + common)
            #expect([0, 1].contains(outcome.status), "\(verb[0])")
            expectNone(planted, in: outcome.output + outcome.errors, verb[0])
        }
        for id in Planted.ids {
            let outcome = try await Program.run(["explain", "-"] + common, input: id)
            #expect([0, 1].contains(outcome.status))
            expectNone(planted, in: outcome.output + outcome.errors, "explain")
        }
    }

    /// The password is changed under its feet, and the connections are cut.
    private func brokenRedis(_ planted: Planted) throws {
        var connection = try Planted.connection(planted.redis)
        for words in [
            ["CONFIG", "SET", "requirepass", "another"], ["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"],
        ] {
            _ = try connection.command(words)
        }
        _ = try connection.command(["CLIENT", "KILL", "TYPE", "pubsub"])
        try waitUntil("Redis to refuse the daemon") {
            planted.program.errors.contains("WRONGPASS") || planted.program.errors.contains("NOAUTH")
        }
        for route in ["/readyz?verbose", "/api/v1/status"] {
            expectNone(planted, in: try planted.answer(route), "\(route) without Redis")
        }
        _ = try connection.command(["CONFIG", "SET", "requirepass", Planted.password])
    }

    @Test func `only a token with reveal is shown an id, and only that one`() async throws {
        let planted = try Planted()
        defer { planted.end() }
        let body: JSONValue = ["id": .string(Planted.owned)]
        let asked = try planted.answer("/api/v1/sessions/lookup", "POST", token: Planted.reader, body: body.compact)
        let ref = try #require(
            asked.firstRange(of: "\"s:").map { String(asked[$0.lowerBound...].dropFirst().prefix(18)) })
        let revealed = try planted.answer("/api/v1/sessions/\(ref)", token: Planted.revealer)
        #expect(revealed.contains("\"id\":\"\(Planted.owned)\""))
        #expect(planted.secrets.found(in: revealed.replacing(Planted.owned, with: "")) == [])
        planted.program.process.terminate()
        expectNone(planted, in: await planted.program.finish().errors, "the log")
    }

    /// With Swift's backtraces on, as an operator may have them.
    @Test(arguments: [SIGSEGV, SIGABRT]) func `a crash tells nothing`(signal: Int32) throws {
        let planted = try Planted(environment: ["SWIFT_BACKTRACE": "enable=yes,color=no,interactive=no"])
        defer { planted.end() }
        try planted.log(Self.lines)
        for id in Planted.ids {
            let body: JSONValue = ["id": .string(id)]
            _ = try planted.answer("/api/v1/sessions/lookup", "POST", token: Planted.revealer, body: body.compact)
        }
        let process = planted.program.process.processIdentifier
        // A signal without a fault: where the handler returns to, the program may go on, or hang in a part of it.
        defer { kill(process, SIGKILL) }
        kill(process, signal)
        try waitUntil("the backtrace") { planted.program.errors.contains("Backtrace took") }
        let errors = planted.program.errors
        #expect(errors.contains("crashed") && errors.contains("Thread 0"))
        expectNone(planted, in: errors, "the crash")
        expectNone(planted, in: planted.program.output, "the crash")
    }
}
