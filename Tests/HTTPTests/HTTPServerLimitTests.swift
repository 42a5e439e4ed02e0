import Synchronization
import TestSupport
import Testing

@testable import HTTP

/// What clients may not do, over a real socket.
@Suite(.ownThreads) struct HTTPServerLimitTests {
    private let refusals = Refusals()

    private func server(_ adjust: (inout HTTPLimits) -> Void = { _ in }) throws -> HTTPServer {
        var limits = HTTPLimits()
        adjust(&limits)
        let (refusals, most) = (refusals, limits.bodyBytes)
        return try HTTPServer(
            listen: .parse("127.0.0.1:0"), limits: limits, bodyBytes: { $0.path == ["refused"] ? nil : most },
            observe: { refusals.note($0) }, handler: { .text("\($0.body.count)") })
    }

    private static let wrongRequests: [(request: String, status: Int, refusal: HTTPRefusal)] = [
        ("GET / HTTP/1.1\r\n\r\n", 400, .badHost),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, .badHost),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /s", 400,
            .ambiguousLength
        ),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400, .ambiguousLength),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 400, .ambiguousLength),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\nGET /", 400, .badHeader),
        ("BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501, .unknownMethod),
        ("GET /\(String(repeating: "a", count: 8192)) HTTP/1.1\r\nHost: x\r\n\r\n", 414, .targetTooLong),
        (
            "GET / HTTP/1.1\r\nHost: x\r\nX-Long: \(String(repeating: "a", count: 32768))\r\n\r\n", 431,
            .headersTooLarge
        ),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", 413, .bodyTooLarge),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\nExpect: 100-continue\r\n\r\n", 413, .bodyTooLarge
        ),
    ]

    @Test(arguments: wrongRequests.indices)
    func isAnsweredAsAProblemAndTheConnectionEnds(index: Int) throws {
        let (request, status, refusal) = Self.wrongRequests[index]
        let server = try server()
        let client = try WireClient(port: server.port)
        let answer = try client.ask(request)
        #expect(answer.status == status)
        #expect(answer.headers["content-type"] == "application/problem+json")
        #expect(answer.headers["connection"] == "close")
        #expect(try client.isClosed())
        #expect(refusals.list == [refusal])
    }

    @Test func aHeadAtTheLimitsIsTaken() throws {
        let server = try server()
        let client = try WireClient(port: server.port)
        // Host and X-Long come to 32768 bytes with their colons and line ends.
        let long = String(repeating: "a", count: 32768 - 9 - 10)
        let target = "/" + String(repeating: "b", count: 8191)
        #expect(try client.ask("GET \(target) HTTP/1.1\r\nHost: x\r\nX-Long: \(long)\r\n\r\n").status == 200)
        #expect(try client.ask("GET \(target) HTTP/1.1\r\nHost: x\r\nX-Long: \(long)a\r\n\r\n").status == 431)
        #expect(try client.isClosed())
    }

    /// Beyond what it can hold, the library refuses by itself, in its own words.
    @Test(arguments: [
        ("/" + String(repeating: "a", count: 200_000), "", 414), ("/", String(repeating: "a", count: 200_000), 431),
        ("/", String(repeating: "a\r\nX: ", count: 5000), 431),
    ])
    func aHeadFarBeyondTheLimitsIsRefused(target: String, field: String, status: Int) throws {
        let server = try server()
        let client = try WireClient(port: server.port)
        // The answer may come while this is still being sent.
        _ = try? client.send("GET \(target) HTTP/1.1\r\nHost: x\r\nX: \(field)\r\n\r\n")
        let answer = try? client.answer()
        #expect(answer == nil || answer?.status == status)
        #expect(try client.isClosed())
    }

    @Test func aBodyOverTheLimitIsReadToItsEndAndRefused() throws {
        let server = try server { $0.bodyBytes = 100_000 }
        for head in ["Content-Length: 120000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n1d4c0\r\n"] {
            let client = try WireClient(port: server.port)
            try client.send("POST / HTTP/1.1\r\nHost: x\r\n\(head)")
            try client.send([UInt8](repeating: 65, count: 120_000))
            if head.hasPrefix("T") { try client.send("\r\n0\r\n\r\n") }
            let answer = try client.answer()
            #expect(answer.status == 413)
            #expect(answer.text.contains("larger than 100000 bytes"))
            #expect(try client.isClosed())
        }
        #expect(refusals.list == [.bodyTooLarge, .bodyTooLarge])
    }

    @Test func anEndlessBodyIsCutOff() throws {
        let server = try server { $0.bodyBytes = 1000 }
        let client = try WireClient(port: server.port)
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 65, count: 65536) + [0x0D, 0x0A]
        // Ends only by the server's doing: the buffers between the two hold less.
        #expect(throws: WireClient.Failure.self) { for _ in 0..<1000 { try client.send(chunk) } }
        #expect(refusals.list == [.bodyTooLarge])
    }

    @Test func aBodyThatNobodyWantsIsThrownAway() throws {
        let server = try server()
        let client = try WireClient(port: server.port)
        #expect(try client.ask("POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345").text == "0")
        #expect(try client.ask("POST /taken HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345").text == "5")
        // With leave asked for, the answer comes before the body.
        let head = "POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
        #expect(try client.ask(head).status == 200)
        #expect(try client.isClosed())
    }

    @Test(arguments: [
        "", "GET /", "GET / HTTP/1.1\r\nHost: x\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n123",
    ])
    func whoSendsTooSlowlyIsCutOff(start: String) throws {
        let server = try server {
            $0.idleTimeoutSeconds = 1
            $0.requestSeconds = 1
        }
        let client = try WireClient(port: server.port)
        try client.send(start)
        #expect(try client.isClosed())
    }

    /// One byte at a time keeps the library's idle timeout from ever running out.
    @Test func whoSendsALittleForEverIsCutOff() throws {
        let server = try server {
            $0.idleTimeoutSeconds = 5
            $0.requestSeconds = 1
        }
        let client = try WireClient(port: server.port)
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
        #expect(eventually { refusals.list == [.deadline] || (try? client.send("a")) == nil })
        #expect(eventually { refusals.list == [.deadline] })
    }

    @Test func anAddressHasItsShareOfTheConnections() throws {
        let server = try server { $0.connectionsPerAddress = 2 }
        let kept = try (0..<2).map { _ in try WireClient(port: server.port) }
        for client in kept { #expect(try client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status == 200) }
        #expect(try WireClient(port: server.port).isClosed())
        #expect(refusals.list == [.addressLimit])
        #expect(try kept[0].ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").status == 200)
        #expect(
            eventually {
                guard let client = try? WireClient(port: server.port) else { return false }
                return (try? client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))?.status == 200
            })
    }

    @Test func aFullTableClosesFurtherConnectionsAtOnce() throws {
        let server = try server { $0.connections = 2 }
        let kept = try (0..<2).map { _ in try WireClient(port: server.port) }
        for client in kept { #expect(try client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status == 200) }
        for _ in 0..<3 { #expect(try WireClient(port: server.port).isClosed()) }
        #expect(refusals.list == [.connectionLimit, .connectionLimit, .connectionLimit])
    }
}

/// Collects what `observe` hears.
final class Refusals: Sendable {
    private let all = Mutex<[HTTPRefusal]>([])

    var list: [HTTPRefusal] { all.withLock { $0 } }

    func note(_ refusal: HTTPRefusal) { all.withLock { $0.append(refusal) } }
}
