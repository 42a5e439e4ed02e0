import HTTP
import Lab
import TestSupport
import Testing

@testable import Cleaning
@testable import Configuration
@testable import Serving

/// `/metrics` as a scraper gets it, over a real connection.
@Suite(.ownThreads) struct MetricsOverSocketRedisTests {
    private static let text = "text/plain; version=0.0.4; charset=utf-8"
    private static let openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8"

    private static func served() async throws -> (watched: WatchedRegistry, server: HTTPServer) {
        let redis = try PrivateRedis()
        let watched = WatchedRegistry(redis)
        try redis.run(RegistryOfEveryKind(now: try redis.now()).keys)
        try await watched.read()
        let router = watched.router
        let server = try HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0)) {
            router.respond(to: $0).response
        }
        return (watched, server)
    }

    private static func ask(_ method: String, _ fields: [String], of server: HTTPServer) throws -> RawAnswer {
        let lines = ["\(method) /metrics HTTP/1.1", "Host: localhost:\(server.port)", "Connection: close"] + fields
        return try RawAnswer(to: lines.joined(separator: "\r\n") + "\r\n\r\n", port: server.port)
    }

    @Test func theWantedFormatIsSent() async throws {
        let (_, server) = try await Self.served()
        defer { server.stop() }
        // What Prometheus 2.5 and later send, and what else may come.
        let cases: [(accept: String?, type: String)] = [
            (nil, Self.text), ("*/*", Self.text), ("text/plain", Self.text), ("application/json", Self.text),
            ("", Self.text),
            ("application/openmetrics-text", Self.openMetrics),
            (
                "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
                    + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2", Self.openMetrics
            ),
            ("text/plain;version=0.0.4;q=0.5,application/openmetrics-text;q=0.4", Self.text),
            ("text/plain;q=0.4,application/openmetrics-text;q=0.5", Self.openMetrics),
            ("application/openmetrics-text;q=0", Self.text), ("application/openmetrics-text;q=0,*/*", Self.text),
            ("application/openmetrics-text;q=1,text/plain;q=0", Self.openMetrics),
            (";;;,,,=/=;q=", Self.text), ("application/openmetrics-text;q=nan", Self.text),
            (String(repeating: "text/html;q=0.1,", count: 300), Self.text),
        ]
        for (accept, type) in cases {
            let answer = try Self.ask("GET", accept.map { ["Accept: \($0)"] } ?? [], of: server)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == type, "Accept: \(accept ?? "none")")
            let isOpenMetrics = answer.body.suffix(6) == Array("# EOF\n".utf8)
            #expect(isOpenMetrics == (type == Self.openMetrics), "Accept: \(accept ?? "none")")
        }
    }

    @Test func whoAsksOftenIsGivenTheLastPageWhileTheNextOneIsWritten() async throws {
        let watched = WatchedRegistry(try PrivateRedis())
        let request = HTTPRequest(.get, "/metrics")
        func route(_ seconds: Double) -> MetricsRoute {
            MetricsRoute(
                watched.watch, watched.intake, CleanupBoard(Settings().cleanup), RequestMetrics(),
                maxNodes: 32, keptSeconds: seconds)
        }
        func retries(_ route: MetricsRoute) -> Double? {
            ExpositionPage(route.respond(request).text)["mcp_sessiond_redis_reconnects_total"]
        }
        let (never, long, short) = (route(0), route(3_600), route(0.02))
        #expect([never, long, short].map(retries) == [0, 0, 0])
        watched.watch.metrics.redisReconnects.add()
        #expect(retries(never) == 1)
        #expect(retries(long) == 0)
        try await eventually("the next page") { retries(short) == 1 }
    }

    @Test func scrapesThatAreBrokenOffLeaveNothingBehind() async throws {
        let (_, server) = try await Self.served()
        defer { server.stop() }
        let request = "GET /metrics HTTP/1.1\r\nHost: localhost:\(server.port)\r\n\r\n"
        // More than there may be connections, were each of them kept.
        for round in 0...2 * HTTPLimits().connections {
            try RawAnswer.abandon(request, port: server.port, after: [0, 1, 2_000][round % 3])
        }
        let whole = try Self.ask("GET", ["Accept: application/openmetrics-text"], of: server)
        #expect(whole.status == 200)
        #expect(whole.body.suffix(6) == Array("# EOF\n".utf8))
    }

    @Test func gzipIsSentWhereItIsWantedAndUnpacksToThePage() async throws {
        let (_, server) = try await Self.served()
        defer { server.stop() }
        let plain = try Self.ask("GET", [], of: server)
        #expect(plain.headers["content-encoding"] == nil)
        for (field, isPacked) in [
            ("gzip", true), ("gzip;q=0", false), ("identity", false), ("br, gzip;q=0.5", true), ("*", true),
        ] {
            let answer = try Self.ask("GET", ["Accept-Encoding: \(field)"], of: server)
            #expect(answer.headers["content-encoding"] == (isPacked ? "gzip" : nil), "\(field)")
            let body =
                isPacked
                ? try ForeignProgram(["gzip", "-dc"], input: answer.body, package: "apt-get install gzip").output
                : answer.body
            let series = [body, plain.body].map {
                ExpositionPage(String(decoding: $0, as: UTF8.self)).samples.map(\.series)
            }
            #expect(series[0] == series[1], "\(field)")
            #expect(!isPacked || answer.body.count * 4 < body.count)
        }
    }

    @Test func theHeadersSayOnWhatTheAnswerDependsAndHEADHasNoBody() async throws {
        let (_, server) = try await Self.served()
        defer { server.stop() }
        for method in ["GET", "HEAD"] {
            let answer = try Self.ask(method, ["Accept-Encoding: gzip"], of: server)
            #expect(answer.status == 200)
            // Of two fields of a name, only the last is kept here.
            #expect(answer.headers["vary"]?.contains("Accept-Encoding") == true)
            #expect(answer.headers["content-type"] == Self.text)
            #expect(answer.headers["cache-control"] == "no-store")
            #expect((Int(answer.headers["content-length"] ?? "") ?? 0) > 1_000)
            #expect(answer.body.isEmpty == (method == "HEAD"))
        }
        let refused = try Self.ask("POST", ["Content-Length: 0"], of: server)
        #expect(refused.status == 405)
        #expect(refused.headers["allow"] == "GET, HEAD, OPTIONS")
    }
}
