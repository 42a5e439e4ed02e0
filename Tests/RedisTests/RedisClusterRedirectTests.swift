import Redis
import Testing

@Suite struct RedisClusterRedirectTests {
    private let asked = RedisEndpoint(.tcp(host: "10.0.0.9", port: 7000), username: "ann", password: "s3cret")

    @Test(
        arguments: [
            ("MOVED 3999 127.0.0.1:6381", Redirect.Kind.moved, 3_999, "127.0.0.1", 6381),
            ("ASK 0 127.0.0.1:6381", .ask, 0, "127.0.0.1", 6381), ("MOVED 16383 ::1:6381", .moved, 16_383, "::1", 6381),
            ("MOVED 1 a.example:6381", .moved, 1, "a.example", 6381),
            // The same host, another port.
            ("MOVED 1 :6381", .moved, 1, "10.0.0.9", 6381),
        ] as [(String, Redirect.Kind, Int, String, UInt16)])
    func aRedirectionIsKindSlotAndNode(
        _ text: String, _ kind: Redirect.Kind, _ slot: Int, _ host: String, _ port: UInt16
    ) throws {
        let redirect = try #require(Redirect(parsing: text))
        #expect(redirect.kind == kind)
        #expect(redirect.slot == slot)
        let node = RedisEndpoint(.tcp(host: host, port: port), username: "ann", password: "s3cret")
        #expect(redirect.endpoint(asked: asked) == node)
    }

    @Test func anUnknownHostIsNoNode() {
        #expect(Redirect(parsing: "MOVED 1 ?:6381")?.endpoint(asked: asked) == nil)
    }

    @Test(arguments: [
        "", "MOVED", "MOVED 1", "MOVED x 127.0.0.1:6381", "MOVED 16384 127.0.0.1:6381", "MOVED -1 127.0.0.1:6381",
        "MOVED 1 127.0.0.1", "MOVED 1 127.0.0.1:65536", "MOVED 1 127.0.0.1:1 x", "ERR MOVED 1 127.0.0.1:6381",
        "CLUSTERDOWN The cluster is down", "TRYAGAIN Multiple keys request during rehashing of slot",
    ])
    func otherErrorsAreNone(_ text: String) {
        #expect(Redirect(parsing: text) == nil)
    }
}
