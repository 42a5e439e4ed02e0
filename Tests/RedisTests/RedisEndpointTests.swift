import Foundation
import Redis
import Sockets
import Testing

@Suite struct RedisEndpointTests {
    @Test(arguments: [
        ("redis://127.0.0.1:6379/0", RedisEndpoint(.tcp(host: "127.0.0.1", port: 6379))),
        ("redis://cache.local", RedisEndpoint(.tcp(host: "cache.local", port: 6379))),
        ("redis://cache.local/", RedisEndpoint(.tcp(host: "cache.local", port: 6379))),
        ("REDIS://h:1/15", RedisEndpoint(.tcp(host: "h", port: 1), database: 15)),
        ("redis://[::1]", RedisEndpoint(.tcp(host: "::1", port: 6379))),
        ("redis://[fe80::2]:65535/3", RedisEndpoint(.tcp(host: "fe80::2", port: 65535), database: 3)),
        ("redis://:hunter2@h:7000", RedisEndpoint(.tcp(host: "h", port: 7000), password: "hunter2")),
        ("redis://ann:hunter2@h", RedisEndpoint(.tcp(host: "h", port: 6379), username: "ann", password: "hunter2")),
        ("redis://ann@h", RedisEndpoint(.tcp(host: "h", port: 6379), username: "ann")),
        (
            "redis://a%40b:p%3A%2f%25%C3%A9@h/2",
            RedisEndpoint(.tcp(host: "h", port: 6379), database: 2, username: "a@b", password: "p:/%\u{E9}")
        ),
        ("redis://:a:b@c/d@h", RedisEndpoint(.tcp(host: "h", port: 6379), password: "a:b@c/d")),
        ("rediss://h", RedisEndpoint(.tcp(host: "h", port: 6379), tls: ClientTLS())),
        ("unix:///run/redis.sock", RedisEndpoint(.unix(path: "/run/redis.sock"))),
        ("unix:///run/redis.sock?db=4", RedisEndpoint(.unix(path: "/run/redis.sock"), database: 4)),
        (
            "unix://ann:hunter2@/run/redis.sock?db=4",
            RedisEndpoint(.unix(path: "/run/redis.sock"), database: 4, username: "ann", password: "hunter2")
        ),
    ])
    func aURLIsRead(_ url: String, _ expected: RedisEndpoint) throws {
        #expect(try RedisEndpoint(url: url) == expected)
    }

    @Test(arguments: [
        "", "127.0.0.1:6379", "redis:/h", "http://h:80", "redis://", "redis://:6379", "rediss://", "rediss://h/x",
        "redis:///0",
        "redis://h:", "redis://h:0", "redis://h:65536", "redis://h:-1", "redis://h:+80", "redis://h:http",
        "redis://h/x",
        "redis://h/-1", "redis://h/+1", "redis://h/65536", "redis://h/0?x=1", "redis://h?db=1", "redis://h1,h2",
        "redis://h/0/1", "redis://[::1", "redis://[::1]6379",
        "redis://a%4:b@h", "redis://a:%zz@h", "redis://a:%+f@h", "redis://a:b%@h", "unix://run/redis.sock", "unix://",
        "unix:///s?db=", "unix:///s?db=x", "unix:///s?database=1",
        "unix:///\(String(repeating: "a", count: 107))",
    ])
    func aBadURLIsRefused(_ url: String) {
        let error = #expect(throws: RedisError.self) { try RedisEndpoint(url: url) }
        guard case .invalidURL = error else {
            Issue.record("not invalidURL: \(String(describing: error))")
            return
        }
    }

    /// A URL may be bad just because its user info is where it should not be.
    @Test(arguments: [
        "http://ann:hunter2@h", "redis://ann:hunter2", "redis://ann:hunter2@", "redis://ann:hunter2@h:x",
        "redis://ann:hunter2%@h", "redis://ann:%hunter2@h", "redis://h/hunter2", "redis://ann:hunter2@h/x",
        "unix://ann:hunter2@s", "unix:///s?hunter2", "unix:///s?db=hunter2", "ann:hunter2@redis://h",
        "redis://[hunter2", "redis://[::1]hunter2", "redis://h:hunter2@",
    ])
    func noErrorShowsAnythingOfTheURLThatMayBeAPassword(_ url: String) throws {
        let error = try #require(throws: RedisError.self) { try RedisEndpoint(url: url) }
        for text in ["\(error)", String(reflecting: error), error.localizedDescription] {
            #expect(!text.contains("hunter2"))
        }
    }

    @Test(arguments: [
        ("redis://ann:hunter2@127.0.0.1:6379/2", "127.0.0.1:6379/2"), ("redis://ann:hunter2@[::1]", "[::1]:6379/0"),
        ("unix://:hunter2@/run/redis.sock?db=1", "/run/redis.sock/1"),
    ])
    func descriptionsShowTheAddressAndNeverThePassword(_ url: String, _ expected: String) throws {
        let endpoint = try RedisEndpoint(url: url)
        #expect("\(endpoint)" == expected)
        #expect(String(reflecting: endpoint) == expected)
        let errors: [RedisError] = [
            .connect(endpoint, reason: "r"), .io(endpoint, reason: "r"), .timeout(endpoint, seconds: 1),
            .badReply(endpoint, reason: "r"), .replyTooLarge(endpoint, bytes: 1),
            .refused(endpoint, code: "ERR", message: "m"),
        ]
        for error in errors {
            #expect("\(error)".contains(expected))
            #expect(!"\(error) \(String(reflecting: error)) \([error])".contains("hunter2"))
        }
    }

    @Test func aDumpShowsNoPassword() throws {
        var text = ""
        dump(try RedisEndpoint(url: "redis://ann:hunter2@h"), to: &text)
        #expect(!text.contains("hunter2"))
    }
}
