import Testing

@testable import HTTP

@Suite struct ListenAddressTests {
    private static let addresses: [(text: String, host: String, port: UInt16, isLoopback: Bool)] = [
        ("127.0.0.1:9850", "127.0.0.1", 9850, true), ("127.1.2.3:0", "127.1.2.3", 0, true),
        ("[::1]:9850", "::1", 9850, true), ("[::ffff:127.0.0.1]:1", "::ffff:127.0.0.1", 1, true),
        ("localhost:9850", "localhost", 9850, true), ("LocalHost:1", "LocalHost", 1, true),
        (":9850", "", 9850, false), ("0.0.0.0:9850", "0.0.0.0", 9850, false), ("[::]:9850", "::", 9850, false),
        ("10.0.0.1:65535", "10.0.0.1", 65535, false), ("node-1.internal:80", "node-1.internal", 80, false),
        ("localhost.evil.example:80", "localhost.evil.example", 80, false),
    ]

    @Test(arguments: addresses.indices) func addressesAreTakenApartAndWrittenAgain(index: Int) throws {
        let (text, host, port, isLoopback) = Self.addresses[index]
        let address = try ListenAddress.parse(text)
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address.isLoopback == isLoopback)
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", ":", "9850", "localhost", "localhost:", "localhost:x", "localhost:65536", "localhost:-1", "localhost:+1",
        "::1:9850", "[::1]", "[::1]x:1", "[::1:9850", "[127.0.0.1]:1", "[]:1", "a b:1", "http://x:1", "x:１",
    ])
    func whatIsNoAddressIsNamed(text: String) {
        #expect(throws: HTTPError.badListenAddress(text)) { try ListenAddress.parse(text) }
    }
}
