import Testing

@testable import HTTP

@Suite struct RequestHeadTests {
    private static let heads: [(head: RequestHead, refusal: HTTPRefusal?)] = [
        (head("GET", ["Host": "x"]), nil),
        (head("GET", [:], version: "HTTP/1.0"), nil),
        (head("GET", [:]), .badHost),
        (head("GET", ["Host": "x", "host": "x"]), .badHost),
        (head("GET", ["Host": "x", "HOST": "y"], version: "HTTP/1.0"), .badHost),
        (head("get", ["Host": "x"]), .unknownMethod),
        (head("TRACE", ["Host": "x"]), nil),
        (head("QUERY", ["Host": "x"]), nil),
        (head("CONNECT", ["Host": "x"]), .unknownMethod),
        (head("GET", ["Host": "x"], version: ""), .unknownVersion),
        (head("GET", ["Host": "x"], version: "HTTP/1.2"), .unknownVersion),
        (head("GET", ["Host": "x", "A B": "1"]), .badHeader),
        (head("GET", ["Host": "x", "": "1"]), .badHeader),
        (head("GET", ["Host": "x", "X\u{7f}": "1"]), .badHeader),
        (head("POST", ["Host": "x", "Content-Length": "5"]), nil),
        (head("POST", ["Host": "x", "Content-Length": "+5"]), .ambiguousLength),
        (head("POST", ["Host": "x", "Content-Length": "5, 5"]), .ambiguousLength),
        (head("POST", ["Host": "x", "Content-Length": ""]), .ambiguousLength),
        (head("POST", ["Host": "x", "Content-Length": "5", "content-length": "5"]), .ambiguousLength),
        (head("POST", ["Host": "x", "Content-Length": "5", "Transfer-Encoding": "chunked"]), .ambiguousLength),
        (head("POST", ["Host": "x", "Transfer-Encoding": "CHUNKED"]), nil),
        (head("POST", ["Host": "x", "Transfer-Encoding": "chunked, identity"]), .ambiguousLength),
        (head("POST", ["Host": "x", "Transfer-Encoding": "chunked", "transfer-encoding": "x"]), .ambiguousLength),
        (head("POST", ["Host": "x", "Transfer-Encoding": "chunked"], version: "HTTP/1.0"), .ambiguousLength),
        (head("GET", ["Host": "x"], target: String(repeating: "a", count: 8193)), .targetTooLong),
        (head("GET", ["Host": "x", "X": String(repeating: "a", count: 32768)]), .headersTooLarge),
    ]

    private static func head(
        _ method: String, _ headers: HTTPHeaders, version: String = "HTTP/1.1", target: String = "/"
    ) -> RequestHead {
        RequestHead(method: method, target: target, version: version, headers: headers)
    }

    @Test(arguments: heads.indices) func headsThatTwoServersCouldReadInTwoWaysAreRefused(index: Int) {
        let (head, refusal) = Self.heads[index]
        let found = head.refusal(limits: HTTPLimits())
        #expect(found?.0 == refusal)
        #expect((found?.1.headers["Content-Type"] == "application/problem+json") == (refusal != nil))
    }

    @Test func aBodyIsKeptUpToTheLimitAndThrownAwayBeyond() {
        var limits = HTTPLimits()
        limits.bodyBytes = 10
        var kept = BodyIntake(limit: 10, limits: limits, declared: nil)
        var goesOn = kept.take([1, 2, 3, 4, 5]) && kept.take([6, 7, 8, 9, 10])
        #expect(goesOn)
        #expect(kept.bytes == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] && !kept.isTooLarge)
        goesOn = kept.take([11])
        #expect(goesOn)
        #expect(kept.bytes == [] && kept.isTooLarge)
        goesOn = kept.take([UInt8](repeating: 0, count: limits.discardedBytes - 1))
        #expect(goesOn)
        goesOn = kept.take([0])
        #expect(!goesOn)

        var announced = BodyIntake(limit: 10, limits: limits, declared: 11)
        goesOn = announced.take([1])
        #expect(goesOn && announced.bytes == [] && announced.isTooLarge)
        var unwanted = BodyIntake(limit: nil, limits: limits, declared: nil)
        goesOn = unwanted.take([1])
        #expect(goesOn && unwanted.bytes == [] && !unwanted.isTooLarge)
    }

    @Test func theTableCountsByAddressAndKnowsTheOverdue() {
        var limits = HTTPLimits()
        (limits.connections, limits.connectionsPerAddress) = (3, 2)
        (limits.idleTimeoutSeconds, limits.requestSeconds) = (15, 30)
        var table = ConnectionTable(limits: limits)
        let start = ContinuousClock.now
        table.opened(7, by: "a", at: start)
        table.opened(8, by: "a", at: start)
        #expect(table.refusal(of: "a") == .addressLimit && table.refusal(of: "b") == nil)
        table.opened(9, by: "b", at: start)
        #expect(table.refusal(of: "c") == .connectionLimit)

        table.began(8, at: start + .seconds(10))
        #expect(!table.isAnswering)
        table.answering(8)
        #expect(table.isAnswering)
        #expect(table.overdue(at: start + .seconds(40)) == [])
        #expect(table.overdue(at: start + .seconds(41)) == [8])
        table.cut(8)
        table.finished(9, at: start + .seconds(20))
        #expect(table.overdue(at: start + .seconds(46)) == [7])
        table.cut(7)
        #expect(table.overdue(at: start + .seconds(66)) == [9])

        for socket: Int32 in [7, 8, 8, 10] { table.closed(socket) }
        #expect(table.count == 1 && !table.isAnswering)
        #expect(table.refusal(of: "a") == nil && table.peer(of: 9) == "b" && table.peer(of: 7) == "")
    }
}
