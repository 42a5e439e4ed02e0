import Lab
import Sockets
import TestSupport
import Testing

@testable import HTTP

/// Answers byte by byte, right and wrong.
@Suite(.ownThreads) struct HTTPClientConnectionTests {
    private static let request = Array("GET / HTTP/1.1\r\n\r\n".utf8)
    private static let bodyBytes = 100

    private struct Outcome: Equatable {
        var status = 0
        var body = ""
        var failure: HTTPClientError?
    }

    private func outcome(
        of script: [ScriptedServer.Step], within seconds: Double = 60, isHead: Bool = false
    ) throws -> Outcome {
        let (server, descriptor) = try ScriptedServer.pair([.receive(bytes: Self.request.count)] + script)
        defer { server.stop() }
        var connection = HTTPClientConnection(
            .plain(StreamSocket(adopting: descriptor)), until: Deadline(in: seconds), bodyBytes: Self.bodyBytes)
        do throws(HTTPClientError) {
            let answer = try connection.exchange(Self.request, isHead: isHead)
            return Outcome(status: answer.status, body: String(decoding: answer.body, as: UTF8.self))
        } catch {
            return Outcome(failure: error)
        }
    }

    private static let answers: [(answer: String, status: Int, body: String)] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"),
        ("HTTP/1.1 200 OK\r\ncontent-length:5 \r\n\r\nhello and more", 200, "hello"),
        ("HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", 404, ""),
        ("HTTP/1.0 200 OK\r\n\r\nup to the end", 200, "up to the end"),
        ("HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", 200, "hi"),
        ("HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        ("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", 302, ""),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, "hi"),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3;x=y\r\nabc\r\nB \r\ndefghijklmn\r\n000\r\nT: x\r\n\r\n",
            200, "abcdefghijklmn"
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", 200, "a"),
    ]

    @Test(arguments: answers.indices, [true, false]) func anAnswerIsRead(index: Int, isInOnePiece: Bool) throws {
        let (answer, status, body) = Self.answers[index]
        let bytes = Array(answer.utf8)
        let sending = isInOnePiece ? ScriptedServer.Step.send(bytes) : .dribble(bytes, everySeconds: 0)
        #expect(try outcome(of: [sending, .close]) == Outcome(status: status, body: body))
    }

    @Test func anAnswerToHEADHasNoBody() throws {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
        #expect(try outcome(of: [.send(answer), .hang], isHead: true) == Outcome(status: 200))
    }

    private static let cutOff = HTTPClientError.lost(reason: "the connection ended in the middle of the answer")
    private static let failures: [(answer: String, failure: HTTPClientError)] = [
        ("", .empty), ("HTT", cutOff), ("HTTP/1.1 200 OK\r\n", cutOff),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", cutOff),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", cutOff),
        ("+PONG\r\n", .notHTTP(reason: "its answer begins with no status line")),
        ("HTTP/2 200\r\n\r\n", .notHTTP(reason: "its answer begins with no status line")),
        ("HTTP/1.1 2000 OK\r\n\r\n", .notHTTP(reason: "its answer begins with no status line")),
        ("HTTP/1.1 +20 OK\r\n\r\n", .notHTTP(reason: "its answer begins with no status line")),
        ("HTTP/1.1 200 OK\r\n: x\r\n\r\n", .notHTTP(reason: "its answer has a header line without a name")),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            .notHTTP(reason: "its answer has a transfer encoding other than chunked")
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            .notHTTP(reason: "its answer's Content-Length is not a number")
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            .notHTTP(reason: "its answer's Content-Length is not a number")
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            .notHTTP(reason: "its answer has a chunk without a size")
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
            .notHTTP(reason: "its answer has a chunk that is longer than it says")
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", .tooLarge(bytes: bodyBytes)),
        ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", .tooLarge(bytes: bodyBytes)),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", .tooLarge(bytes: bodyBytes)),
        ("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 101), .tooLarge(bytes: bodyBytes)),
        (
            "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 200_000),
            .notHTTP(reason: "its answer has a head or a line that is too long")
        ),
        (
            "HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 40_000) + "\r\n",
            .notHTTP(reason: "its answer has a head or a line that is too long")
        ),
    ]

    @Test(arguments: failures.indices) func whatIsNoWholeAnswerIsAFailure(index: Int) throws {
        let (answer, failure) = Self.failures[index]
        #expect(try outcome(of: [.send(answer), .close]) == Outcome(failure: failure))
    }

    @Test func theWholeAnswerHasADeadline() throws {
        let slow = ScriptedServer.Step.dribble([UInt8](repeating: 0x61, count: 10_000), everySeconds: 0.01)
        for script in [[.hang], [.send("HTTP/1.1 200 OK\r\n\r\n"), slow]] as [[ScriptedServer.Step]] {
            #expect(try outcome(of: script, within: 0.3) == Outcome(failure: .timeout))
        }
    }
}
