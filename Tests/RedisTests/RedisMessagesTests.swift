import Glibc
import Lab
import TestSupport
import Testing

@testable import Redis

/// What a subscription brings, over a socket pair whose other end the test itself writes.
@Suite(.ownThreads, .timeLimit(.minutes(15))) struct RedisMessagesTests {
    private static let message = "*3\r\n$10\r\ninvalidate\r\n$1\r\nc\r\n*2\r\n$2\r\nk1\r\n*1\r\n:7\r\n"
    private static let elements = [
        "0.0 array(count: 3)", "1.0 string invalidate", "1.1 string c", "1.2 array(count: 2)", "2.0@2 string k1",
        "2.1@2 array(count: 1)", "3.0@1 integer(7)",
    ]

    /// The far end of a connection, closed with the value.
    private struct FarEnd: ~Copyable {
        let descriptor: Int32

        func write(_ text: some StringProtocol) {
            let bytes = Array(text.utf8)
            #expect(unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
        }

        deinit { _ = close(descriptor) }
    }

    private func withPair(
        _ limits: RedisConnection.Limits = .init(),
        _ body: (consuming FarEnd, inout RedisConnection) throws -> Void
    ) throws {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        try #require(unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0)
        var connection = try RedisConnection(descriptor: ends[1], endpoint: pairEndpoint, limits: limits)
        #expect(connection.descriptor == ends[1])
        try body(FarEnd(descriptor: ends[0]), &connection)
    }

    /// `depth.index[@index of the parent] kind [text]` for each element.
    private struct Taken {
        var elements: [String] = []

        /// Takes what comes, which must be so many whole messages.
        mutating func take(
            _ count: Int, from connection: inout RedisConnection, within seconds: Double = 0,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let taken = try connection.receiveMessages(within: seconds) { add($0, $1) }
            #expect(taken == count, sourceLocation: sourceLocation)
        }

        mutating func add(_ element: ReplyElement, _ bytes: Span<UInt8>) {
            let text = String(decoding: Array(copying: bytes), as: UTF8.self)
            let parent = element.depth > 1 ? "@\(element.parentIndex)" : ""
            elements.append(
                "\(element.depth).\(element.index)\(parent) \(element.kind)\(text.isEmpty ? "" : " \(text)")")
        }
    }

    @Test func whatIsHereIsTakenAndNothingIsWaitedFor() throws {
        try withPair { far, connection in
            var taken = Taken()
            try taken.take(0, from: &connection)
            far.write(Self.message + Self.message + "+OK\r\n")
            try taken.take(3, from: &connection)
            #expect(taken.elements == Self.elements + Self.elements + ["0.0 status OK"])
            try taken.take(0, from: &connection)
            #expect(taken.elements.count == 2 * Self.elements.count + 1)
        }
    }

    @Test func aMessageMayComeByteByByteOverManyCalls() throws {
        try withPair { far, connection in
            for _ in 0..<3 {
                var taken = Taken()
                for character in Self.message.unicodeScalars.dropLast() {
                    far.write(String(character))
                    try taken.take(0, from: &connection)
                }
                #expect(taken.elements == Self.elements.dropLast())
                far.write("\n")
                try taken.take(1, from: &connection)
                #expect(taken.elements == Self.elements)
            }
        }
    }

    @Test func aMessageMayBeCutAnywhere() throws {
        try withPair { far, connection in
            for cut in 1..<Self.message.utf8.count {
                var taken = Taken()
                far.write(String(decoding: Array(Self.message.utf8.prefix(cut)), as: UTF8.self))
                try taken.take(0, from: &connection)
                far.write(String(decoding: Array(Self.message.utf8.dropFirst(cut)), as: UTF8.self) + ":\(cut)\r\n")
                try taken.take(2, from: &connection)
                #expect(taken.elements == Self.elements + ["0.0 integer(\(cut))"])
            }
        }
    }

    /// Those that came in one piece with the answer are in the parser already.
    @Test func messagesBehindAnAnswerAreNotForgotten() throws {
        try withPair { far, connection in
            far.write("+subscribed\r\n" + Self.message + "*1\r\n")
            let answer = try connection.reply()
            #expect(answer == .status("subscribed"))
            var taken = Taken()
            try taken.take(1, from: &connection)
            #expect(taken.elements == Self.elements + ["0.0 array(count: 1)"])
            far.write("+x\r\n+PONG\r\n")
            try taken.take(2, from: &connection)
            #expect(taken.elements.suffix(2) == ["1.0 status x", "0.0 status PONG"])
            far.write("+OK\r\n")
            let last = try connection.reply()
            #expect(last == .status("OK"))
        }
    }

    @Test func aFirstMessageIsWaitedFor() throws {
        let text = Self.message
        let (server, descriptor) = try ScriptedServer.pair([
            .dribble(Array(text.utf8), everySeconds: 0.002), .hang,
        ])
        defer { server.stop() }
        var connection = try RedisConnection(descriptor: descriptor, endpoint: pairEndpoint)
        var taken = Taken()
        try taken.take(1, from: &connection, within: 120)
        #expect(taken.elements == Self.elements)
        try taken.take(0, from: &connection, within: 0.01)
    }

    @Test func afterTheLastMessageTheEndIsAnError() throws {
        try withPair { far, connection in
            far.write(Self.message + "*3\r\n")
            _ = consume far
            var taken = Taken()
            try taken.take(1, from: &connection)
            for seconds in [0, 120.0] {
                let error = refusal { () throws(RedisError) in
                    _ = try connection.receiveMessages(within: seconds) { taken.add($0, $1) }
                }
                #expect(error == .io(pairEndpoint, reason: "Server closed the connection"))
            }
            #expect(taken.elements == Self.elements + ["0.0 array(count: 3)"])
        }
    }

    @Test func garbageIsABadReply() throws {
        try withPair { far, connection in
            far.write(Self.message + "!\r\n")
            let error = refusal { () throws(RedisError) in _ = try connection.receiveMessages(within: 0) { _, _ in } }
            #expect(error == .badReply(pairEndpoint, reason: "Protocol error, got \"!\" as reply type byte"))
        }
    }

    /// A caller under a flood gets its turn after so much.
    @Test func oneCallTakesABoundedShare() throws {
        let count = 400_000
        let (server, descriptor) = try ScriptedServer.pair([
            .send(String(repeating: ":1\r\n", count: count)), .hang,
        ])
        defer { server.stop() }
        var connection = try RedisConnection(descriptor: descriptor, endpoint: pairEndpoint)
        var most = 0
        var sum = 0
        try waitUntil(deadline: 60, "all messages") {
            let taken = try connection.receiveMessages(within: 1) { _, _ in }
            most = max(most, taken)
            sum += taken
            return sum >= count
        }
        #expect(sum == count)
        #expect(most <= (RedisConnection.messageBytesPerCall + RedisConnection.Reader.pieceBytes) / 4)
    }

    @Test func halfAMessageOverTheLimitIsNotBuffered() throws {
        try withPair(.short(replyBytes: 1_000)) { far, connection in
            var taken = Taken()
            far.write("$5000\r\n")
            try taken.take(0, from: &connection)
            var error: RedisError?
            for _ in 0..<3 where error == nil {
                far.write(String(repeating: "a", count: 400))
                error = refusal { () throws(RedisError) in _ = try connection.receiveMessages(within: 0) { _, _ in } }
            }
            #expect(error == .replyTooLarge(pairEndpoint, bytes: 1_000))
        }
        try withPair(.short(replyBytes: 1_000)) { far, connection in
            var taken = Taken()
            // Whole ones are no burden, however many.
            for _ in 0..<100 {
                far.write(Self.message)
                try taken.take(1, from: &connection)
            }
        }
    }
}
