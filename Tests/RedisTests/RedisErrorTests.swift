import Lab
import Redis
import Testing

@Suite struct RedisErrorTests {
    @Test(arguments: [
        ("WRONGTYPE Operation against a key", "WRONGTYPE", "Operation against a key"),
        (
            "ERR unknown command 'FOO', with args beginning with: 'mcp:session:5e41' 'b' ", "ERR",
            "unknown command 'FOO'"
        ),
        ("ERR unknown command `FOO`, with args beginning with: `mcp:session:5e41`, ", "ERR", "unknown command `FOO`"),
        ("LOADING", "LOADING", ""), ("", "ERR", ""), ("ERR a\u{7}\u{1B}[31mb", "ERR", "a[31mb"),
        ("ERR \(String(repeating: "x", count: 1_000))", "ERR", String(repeating: "x", count: 196)),
    ])
    func aRefusalIsCodeAndMessage(_ text: String, _ code: String, _ message: String) throws {
        let error = try failure(playing: [.receive(bytes: 5), .send("-\(text)\r\n"), .hang]) {
            (connection) throws(RedisError) in
            try connection.command(["PING"])
        }
        #expect(error == .refused(pairEndpoint, code: code, message: message))
        #expect(error?.leavesConnectionUsable == true)
    }

    @Test(arguments: [
        ("NOAUTH", RedisError.Kind.auth), ("WRONGPASS", .auth), ("NOPERM", .auth), ("DENIED", .auth), ("MOVED", .moved),
        ("ASK", .moved), ("READONLY", .readonly), ("ERR", .other), ("LOADING", .other), ("WRONGTYPE", .other),
    ])
    func aRefusalsKindFollowsFromItsCode(_ code: String, _ kind: RedisError.Kind) {
        #expect(RedisError.refused(pairEndpoint, code: code, message: "").kind == kind)
    }

    @Test func anErrorReplyInAPipelineIsAValue() throws {
        let answers = try replies(2, playing: [.send("-ERR one\r\n+OK\r\n")])
        #expect(answers == [.error("ERR one"), .status("OK")])
    }

    @Test func textsSayWhatFailedAndWhere() {
        let endpoint = RedisEndpoint(.tcp(host: "h", port: 1))
        let texts = [
            "\(RedisError.invalidURL("no host"))", "\(RedisError.connect(endpoint, reason: "refused"))",
            "\(RedisError.io(endpoint, reason: "closed"))", "\(RedisError.timeout(endpoint, seconds: 0.5))",
            "\(RedisError.badReply(endpoint, reason: "x"))", "\(RedisError.replyTooLarge(endpoint, bytes: 10))",
            "\(RedisError.refused(endpoint, code: "NOAUTH", message: "Authentication required."))",
        ]
        #expect(
            texts == [
                "redis URL: no host", "cannot connect to Redis at h:1/0: refused",
                "connection to Redis at h:1/0 lost: closed",
                "Redis at h:1/0 did not answer within 0.5 s", "Redis at h:1/0 sent an invalid reply: x",
                "Redis at h:1/0 sent a reply of more than 10 bytes",
                "Redis at h:1/0 refused: NOAUTH Authentication required.",
            ])
    }
}
