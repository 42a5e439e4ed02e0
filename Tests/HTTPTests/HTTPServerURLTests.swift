import Sockets
import Testing

@testable import HTTP

@Suite struct HTTPServerURLTests {
    @Test(
        arguments: [
            ("http://h", false, .tcp(host: "h", port: 80), "h", ""),
            ("HTTPS://h.example/", true, .tcp(host: "h.example", port: 443), "h.example", ""),
            ("https://h:8443/a/b//", true, .tcp(host: "h", port: 8443), "h:8443", "/a/b"),
            ("http://[::1]:9850", false, .tcp(host: "::1", port: 9850), "[::1]:9850", ""),
            ("http://[fe80::1%25eth0]/x@y", false, .tcp(host: "fe80::1%eth0", port: 80), "[fe80::1]", "/x@y"),
        ] as [(String, Bool, SocketAddress, String, String)])
    func aURLIsTakenApart(text: String, isEncrypted: Bool, address: SocketAddress, authority: String, path: String)
        throws
    {
        let url = try HTTPServerURL(text)
        #expect(url.isEncrypted == isEncrypted && url.address == address)
        #expect(url.authority == authority && url.path == path)
    }

    @Test(
        arguments: [
            ("h:80", .notURL), ("http://", .notURL), ("http:///x", .notURL), ("http://a b", .notURL),
            ("http://h:", .notURL), ("http://h:0", .notURL), ("http://h:65536", .notURL), ("http://h:+1", .notURL),
            ("http://::1", .notURL), ("http://[h]", .notURL), ("http://[::1", .notURL), ("http://[::1]x", .notURL),
            ("http://h/\n", .notURL), ("ftp://h", .otherScheme), ("http://u:p@h", .userInfo),
            ("http://h?x", .queryOrFragment), ("http://h/a#b", .queryOrFragment),
        ] as [(String, HTTPServerURL.Problem)])
    func whatIsNoServerIsRefused(text: String, problem: HTTPServerURL.Problem) {
        #expect(throws: problem) { try HTTPServerURL(text) }
    }
}
