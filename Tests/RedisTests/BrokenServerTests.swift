import Glibc
import Lab
import Redis
import TestSupport
import Testing

/// A server that breaks off, hangs or talks nonsense: each has an error of its own, and none holds us for ever.
@Suite(.ownThreads, .timeLimit(.minutes(15))) struct BrokenServerTests {
    private func take(_ connection: inout RedisConnection) throws(RedisError) {
        _ = try connection.reply()
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "garbage\r\n", "\r\n", "\u{1B}[31m\r\n", ":12x\r\n", "$abc\r\n", "$-2\r\n",
        "*x\r\n", "*-2\r\n", "*99999999999\r\n", "$99999999999999999999\r\n",
        String(repeating: "*1\r\n", count: 12),
    ])
    func garbageIsABadReply(_ bytes: String) throws {
        let error = try failure(playing: [.send(bytes), .hang], take)
        guard case .badReply(pairEndpoint, let reason) = error else {
            Issue.record("not badReply: \(String(describing: error))")
            return
        }
        #expect(reason.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
        #expect(error?.leavesConnectionUsable == false)
        #expect(error?.kind == .other)
    }

    @Test func garbageAfterAnAnswerIsFoundWhenItIsTaken() throws {
        var first: RedisReply?
        let error = try failure(playing: [.send("+OK\r\n!\r\n"), .hang]) { (connection) throws(RedisError) in
            first = try connection.reply()
            _ = try connection.reply()
        }
        #expect(first == .status("OK"))
        #expect(error == .badReply(pairEndpoint, reason: "Protocol error, got \"!\" as reply type byte"))
    }

    @Test(arguments: ["", "$10\r\nabc", "*2\r\n+OK\r\n", "+OK", "$3\r\nabc"])
    func aCloseInsideAnAnswerIsALostConnection(_ bytes: String) throws {
        let error = try failure(playing: [.send(bytes), .close], take)
        #expect(error == .io(pairEndpoint, reason: "Server closed the connection"))
        #expect(error?.kind == .io)
    }

    @Test(arguments: ["", "$10\r\nabc", "*2\r\n+OK\r\n"])
    func silenceIsATimeout(_ bytes: String) throws {
        let error = try failure(playing: [.send(bytes), .hang], limits: .short(), take)
        #expect(error == .timeout(pairEndpoint, seconds: 0.2))
        #expect(error?.kind == .timeout)
    }

    /// Each byte comes well before the socket's own timeout; all of them would take minutes.
    @Test func aDribbleIsATimeoutOfTheWholeAnswer() throws {
        let bytes = Array("$100000\r\n".utf8) + [UInt8](repeating: 0x61, count: 100_000)
        let error = try failure(playing: [.dribble(bytes, everySeconds: 0.01)], limits: .short(), take)
        #expect(error == .timeout(pairEndpoint, seconds: 0.2))
    }

    @Test func aDribbleOfElementsIsATimeoutToo() throws {
        let bytes = Array(("*100000\r\n" + String(repeating: ":1\r\n", count: 10_000)).utf8)
        let error = try failure(playing: [.dribble(bytes, everySeconds: 0.01)], limits: .short(), take)
        #expect(error == .timeout(pairEndpoint, seconds: 0.2))
    }

    @Test func anAnswerOverTheLimitIsNotBuffered() throws {
        let bytes = Array("$1000000\r\n".utf8) + [UInt8](repeating: 0x61, count: 200_000)
        let error = try failure(
            playing: [.send(bytes), .hang], limits: .short(replySeconds: 5, replyBytes: 100_000), take)
        #expect(error == .replyTooLarge(pairEndpoint, bytes: 100_000))
        #expect(error?.leavesConnectionUsable == false)
    }

    @Test func anAnswerBelowTheLimitIsTaken() throws {
        let bytes = Array("$90000\r\n".utf8) + [UInt8](repeating: 0x61, count: 90_000) + Array("\r\n".utf8)
        #expect(try failure(playing: [.send(bytes)], limits: .short(replySeconds: 5, replyBytes: 100_000), take) == nil)
    }

    @Test func writingToAServerThatIsGoneIsAnErrorAndNoSignal() throws {
        let error = try failure(playing: [.close]) { (connection) throws(RedisError) in
            // The close may be seen at the first write or at a later one.
            for _ in 0..<100 {
                try connection.command(["PING"])
            }
        }
        guard case .io(pairEndpoint, _) = error else {
            Issue.record("not io: \(String(describing: error))")
            return
        }
    }

    /// Both sides would wait for each other for ever: the server reads nothing, and the pipeline fills all buffers.
    @Test(arguments: [8 << 20, 64 << 20])
    func aServerThatReadsNothingIsATimeout(_ bytes: Int) throws {
        var pipeline = RedisPipeline()
        pipeline.append("ECHO", String(repeating: "a", count: bytes))
        let error = try failure(playing: [.pause(seconds: 600)], limits: .short()) { (connection) throws(RedisError) in
            try connection.send(pipeline)
        }
        #expect(error == .timeout(pairEndpoint, seconds: 0.2))
        let server = try ScriptedServer([.pause(seconds: 600)])
        defer { server.stop() }
        let accepted = refusal { () throws(RedisError) in
            var connection = try RedisConnection.open(server.endpoint, limits: .short())
            try connection.send(pipeline)
        }
        #expect(accepted == .timeout(server.endpoint, seconds: 0.2))
    }

    /// A blocked signal stays pending even where the process ignores it, as this one does.
    @Test func aLostConnectionRaisesNoSignal() throws {
        var pipes = sigset_t()
        var before = sigset_t()
        unsafe sigemptyset(&pipes)
        unsafe sigaddset(&pipes, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &pipes, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        let error = try failure(playing: [.close]) { (connection) throws(RedisError) in
            for _ in 0..<3 {
                // The first may be written before the close; the answer's end is then waited for.
                let lost = refusal { () throws(RedisError) in try connection.command(["PING"]) }
                guard lost?.kind == .io else { throw lost ?? .invalidURL("no error") }
            }
        }
        #expect(error == nil)
        var pending = sigset_t()
        unsafe sigpending(&pending)
        #expect(unsafe sigismember(&pending, SIGPIPE) == 0)
    }

    @Test func nobodyListening() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let endpoint = RedisEndpoint(.unix(path: folder.file("none.sock")))
        let error = refusal { () throws(RedisError) in _ = try RedisConnection.open(endpoint) }
        #expect(error == .connect(endpoint, reason: "No such file or directory"))
        #expect(error?.kind == .io)
    }

    @Test func aServerThatAcceptsAndSaysNothingToAUTHIsATimeout() throws {
        let server = try ScriptedServer([.hang])
        defer { server.stop() }
        var endpoint = server.endpoint
        endpoint.password = "hunter2"
        let error = refusal { () throws(RedisError) in _ = try RedisConnection.open(endpoint, limits: .short()) }
        #expect(error == .timeout(endpoint, seconds: 0.2))
        #expect(server.received == Array("*2\r\n$4\r\nAUTH\r\n$7\r\nhunter2\r\n".utf8))
    }
}
