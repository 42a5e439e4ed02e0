import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import HTTP

/// Over a real socket: what only the library and the system together can show.
@Suite(.ownThreads) struct HTTPServerTests {
    /// Answers with what it was asked, a part a line.
    private static func echo(_ request: HTTPRequest) -> HTTPResponse {
        let path = request.path.map(String.init(reflecting:)).joined(separator: " ")
        let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
        return .text("\(request.method.rawValue)\n\(path)\n\(query)\n\(request.body.count)\n\(request.peer)")
    }

    private func server(
        _ limits: HTTPLimits = HTTPLimits(), listen: String = "127.0.0.1:0",
        handler: @escaping HTTPServer.Handler = HTTPServerTests.echo
    ) throws -> HTTPServer {
        try HTTPServer(listen: .parse(listen), limits: limits, handler: handler)
    }

    @Test func severalRequestsShareOneConnection() throws {
        let server = try server()
        let client = try WireClient(port: server.port)
        for number in 1...3 {
            let answer = try client.ask("GET /a?n=\(number) HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(answer.status == 200)
            #expect(answer.text == "GET\n\"a\"\nn=\(number)\n0\n127.0.0.1")
        }
        try client.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\nGET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(try client.answer().text.hasPrefix("GET\n\"b\""))
        #expect(try client.answer().text.hasPrefix("GET\n\"c\""))
        #expect(try client.isClosed())
    }

    @Test func everyAnswerHasTheDefaultHeadersUnlessItSetsThem() throws {
        let server = try server { request in
            request.path == ["own"]
                ? HTTPResponse(headers: ["cache-control": "max-age=60", "X-Bad": "a\r\nX-Injected: b"])
                : .json([0x7B, 0x7D])
        }
        let client = try WireClient(port: server.port)
        var answer = try client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(answer.headers["date"] != nil)
        answer.headers["date"] = nil
        #expect(
            answer.headers == [
                "content-type": "application/json", "content-length": "2", "x-content-type-options": "nosniff",
                "referrer-policy": "no-referrer", "cache-control": "no-store", "x-frame-options": "DENY",
                "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
                "cross-origin-resource-policy": "same-origin",
            ])
        answer = try client.ask("GET /own HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(answer.headers["cache-control"] == "max-age=60")
        #expect(answer.headers["x-bad"] == nil && answer.headers["x-injected"] == nil)
    }

    @Test(arguments: [0, 1, 16384, 16385, 400_000]) func bodiesOfEachSizeArriveWhole(size: Int) throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let server = try server { _ in HTTPResponse(body: bytes) }
        let client = try WireClient(port: server.port)
        for _ in 1...2 {
            #expect(try client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").body == bytes)
        }
        let head = try client.ask("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", isHead: true)
        #expect(head.headers["content-length"] == "\(size)")
        // No byte of a body has come in between.
        #expect(try client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").body == bytes)
    }

    @Test func segmentsAreDecodedAfterTheSplit() throws {
        let server = try server()
        let client = try WireClient(port: server.port)
        let answer = try client.ask("GET /a%2Fb/%0Ac/%2500?q=1%2b1+2&d=%26 HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(answer.text == "GET\n\"a/b\" \"\\nc\" \"%00\"\nq=1+1 2 d=&\n0\n127.0.0.1")
    }

    @Test func aBinaryBodyArrivesWholeByLengthAndInChunks() throws {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        let server = try server { HTTPResponse(body: $0.body) }
        let client = try WireClient(port: server.port)
        try client.send("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: \(bytes.count)\r\n\r\n")
        try client.send(bytes)
        #expect(try client.answer().body == bytes)
        try client.send("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for start in stride(from: 0, to: bytes.count, by: 30_000) {
            let piece = bytes[start..<min(start + 30_000, bytes.count)]
            try client.send("\(String(piece.count, radix: 16))\r\n")
            try client.send(Array(piece) + [0x0D, 0x0A])
        }
        try client.send("0\r\n\r\n")
        #expect(try client.answer().body == bytes)
    }

    @Test func twoHundredRequestsAtOnceAreAllAnswered() throws {
        var limits = HTTPLimits()
        limits.connectionsPerAddress = 200
        let server = try server(limits)
        let clients = try (0..<200).map { _ in try WireClient(port: server.port) }
        for (number, client) in clients.enumerated() {
            try client.send("POST /\(number) HTTP/1.1\r\nHost: x\r\nContent-Length: \(number)\r\n\r\n")
            try client.send([UInt8](repeating: 0, count: number))
        }
        for (number, client) in clients.enumerated() {
            #expect(try client.answer().text == "POST\n\"\(number)\"\n\n\(number)\n127.0.0.1")
        }
    }

    @Test func bothFamiliesAreServed() throws {
        let loopback6 = try server(listen: "[::1]:0")
        let answer = try WireClient(port: loopback6.port, version6: true).ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(answer.text == "GET\n\n\n0\n::1")
        let everywhere = try server(listen: ":0")
        for (version6, peer) in [(true, "::1"), (false, "127.0.0.1")] {
            let client = try WireClient(port: everywhere.port, version6: version6)
            #expect(try client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").text == "GET\n\n\n0\n\(peer)")
        }
    }

    @Test func stoppingFreesThePortAndEveryConnection() throws {
        let first = try server()
        let client = try WireClient(port: first.port)
        #expect(try client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status == 200)
        first.stop()
        first.stop()
        #expect(try client.isClosed())
        let second = try server(listen: "127.0.0.1:\(first.port)")
        #expect(second.port == first.port)
    }

    @Test func aPortInUseIsNamedWithTheReason() throws {
        let server = try server()
        let taken = HTTPError.cannotListen("127.0.0.1:\(server.port)", reason: "Address already in use")
        #expect(throws: taken) { try self.server(listen: "127.0.0.1:\(server.port)") }
    }

    @Test func aRequestUnderWayIsAnsweredBeforeTheServerStops() throws {
        let (entered, leave) = (Flag(), Flag())
        var limits = HTTPLimits()
        limits.stopSeconds = 10
        let server = try server(limits) { _ in
            entered.raise()
            _ = eventually { leave.isRaised }
            return .text("done")
        }
        let client = try WireClient(port: server.port)
        try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(eventually { entered.isRaised })
        let stopped = Flag()
        DispatchQueue.global().async {
            server.stop()
            stopped.raise()
        }
        // The port is free while the request is still being answered.
        #expect(eventually { (try? WireClient(port: server.port)) == nil })
        #expect(!stopped.isRaised)
        leave.raise()
        #expect(try client.answer().text == "done")
        #expect(eventually { stopped.isRaised })
    }

    /// The daemon holds the handler, and each request under way, only as long as it runs.
    @Test func nothingIsHeldAfterTheStop() throws {
        weak var held: Flag?
        do {
            let flag = Flag()
            held = flag
            let server = try server { _ in flag.isRaised ? .text("") : .text(String(repeating: "x", count: 99_999)) }
            let halfway = try WireClient(port: server.port)
            try halfway.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123")
            let client = try WireClient(port: server.port)
            #expect(try client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").body.count == 99_999)
        }
        #expect(eventually { held == nil })
    }
}

/// Raised once, by any thread.
final class Flag: Sendable {
    private let raised = Atomic(false)

    var isRaised: Bool { raised.load(ordering: .acquiring) }

    func raise() { raised.store(true, ordering: .releasing) }
}
