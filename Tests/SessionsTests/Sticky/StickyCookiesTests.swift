import Testing

@testable import Sessions

@Suite struct StickyCookiesTests {
    private static let nodes = (1...3).map { StickyNode(name: "node-\($0)", url: "http://10.0.0.\($0):8080") }

    private static func cookies(_ nodes: [StickyNode] = nodes, key: String? = "s3cret") -> StickyCookies {
        var rules = StickyRules()
        rules.haproxyKey = key.map { bytes($0) }
        return StickyCookies(nodes: nodes, rules: rules)
    }

    /// What each proxy was seen to write for these nodes.
    @Test(
        arguments: [
            ("cc3dd0c247d6ff41", "node-1", .traefikSHA256), ("d1a653a6b43e2e0b", "node-2", .traefikSHA256),
            ("db69a6a16d1bbe08", "node-3", .traefikSHA256), ("4a432bc93bd73673", "node-1", .traefikSHA256),
            ("2698f2349e681ab1", "node-1", .traefikFNV1), ("f66426ef07607227", "node-1", .traefikFNV1a),
            ("ca0302988e1c398", "node-1", .traefikFNV1a), ("http://10.0.0.1:8080", "node-1", .traefikURL),
            ("http://10.0.0.2:8080/", "node-2", .traefikURL),
            ("http%3A%2F%2F10.0.0.3%3A8080", "node-3", .traefikURL), ("node-1", "node-1", .haproxyName),
            ("node-1|Vx3Qk|Vx3Qj", "node-1", .haproxyName), ("node-2~0815", "node-2", .haproxyName),
            ("9e42b31a27e8d59e", "node-1", .haproxyDynamic),
            ("05ef642f508b1e5b76612ddbd5f89a4c", "node-1", .nginxMD5),
            ("b4196dcae8d61f8cc61ed60f36aff96727f28ea6724a491eaaf6ed0b17f427ca", "node-1", .caddyHMAC),
            ("Cg0xMC4wLjAuMTo4MDgw", "node-1", .envoy), ("\"Cg0xMC4wLjAuMTo4MDgw\"", "node-1", .envoy),
            // The same with an expiry behind it.
            ("Cg0xMC4wLjAuMTo4MDgwEOgH", "node-1", .envoy),
            ("MTAuMC4wLjE6ODA4MA==", "node-1", .envoyBase64), ("MTAuMC4wLjE6ODA4MA", "node-1", .envoyBase64),
            ("\"cc3dd0c247d6ff41\"", "node-1", .traefikSHA256),
        ] as [(String, String, StickyScheme)])
    func aValueNamesItsNode(value: String, node: String, scheme: StickyScheme) {
        let match = Self.cookies().decode(value)
        #expect(match == StickyMatch(scheme: scheme, nodes: [node]))
        #expect(match?.node == node)
        // A proxy that is not in use has written nothing.
        var rules = StickyRules()
        rules.haproxyKey = bytes("s3cret")
        rules.schemes.remove(scheme)
        #expect(StickyCookies(nodes: Self.nodes, rules: rules).decode(value) == nil)
    }

    @Test(arguments: [
        "", "\"", "\"\"", "cc3dd0c247d6ff4", "CC3DD0C247D6FF41", "cc3dd0c247d6ff410", "node-4", "node-", "|", "~",
        "http://10.0.0.4:8080", "http://10.0.0.1", "%", "%2", "%zz", "node-1%", "Cg0xMC4wLjAuMTo4MDg", "Cg8xMC4w",
        "====",
        String(repeating: "a", count: 2000),
    ])
    func otherValuesNameNone(value: String) {
        #expect(Self.cookies().decode(value) == nil)
    }

    @Test func keysMatter() {
        #expect(Self.cookies(key: nil).decode("9e42b31a27e8d59e") == nil)
        #expect(Self.cookies(key: "other").decode("9e42b31a27e8d59e") == nil)
        var rules = StickyRules()
        rules.caddySecret = bytes("other")
        let caddy = "b4196dcae8d61f8cc61ed60f36aff96727f28ea6724a491eaaf6ed0b17f427ca"
        #expect(StickyCookies(nodes: Self.nodes, rules: rules).decode(caddy) == nil)
        #expect(!"\(rules)".contains("other"))
    }

    @Test func nodesOfOneURLAreAmbiguousUnlessButOneLives() {
        let value = "http://10.0.0.1:8080"
        let both = Self.nodes + [StickyNode(name: "node-0", url: "http://10.0.0.1:8080/")]
        #expect(Self.cookies(both).decode(value) == StickyMatch(scheme: .traefikURL, nodes: ["node-0", "node-1"]))
        #expect(Self.cookies(both).decode(value)?.node == nil)
        for isFirstDead in [true, false] {
            var nodes = both
            nodes[isFirstDead ? 0 : 3].isAlive = false
            #expect(Self.cookies(nodes).decode(value)?.nodes == [isFirstDead ? "node-0" : "node-1"])
        }
        let dead = both.map { StickyNode(name: $0.name, url: $0.url, isAlive: false) }
        #expect(Self.cookies(dead).decode(value)?.isAmbiguous == true)
    }

    @Test func aTraefikIsOlderThanAnother() {
        let traefik = StickyScheme.traefik
        for (age, scheme) in traefik.enumerated() {
            #expect(traefik.map { scheme.isOlder(than: $0) } == traefik.indices.map { age > $0 })
        }
        #expect(!StickyScheme.haproxyName.isOlder(than: .traefikSHA256))
    }
}

@Suite struct AuthorityTests {
    @Test(
        arguments: [
            ("http://10.0.0.1:8080", "10.0.0.1:8080"), ("http://10.0.0.1", "10.0.0.1:80"),
            ("HTTPS://Host.example/path?x=a@b", "host.example:443"), ("http://user:pw@h:81/", "h:81"),
            ("http://[fd00::1]:8080/", "[fd00::1]:8080"), ("https://[FD00::1]", "[fd00::1]:443"), ("h2c://h:9", "h:9"),
            ("h2c://h", nil), ("http://", nil), ("http://:80", nil), ("h:80", "h:80"), ("[::1]:8080", "[::1]:8080"),
            ("::1:8080", nil), ("h", nil), ("h:", nil), ("h:x", nil), ("h:+80", nil), ("h:65536", nil), ("[::1", nil),
            ("[::1]x", nil), ("", nil), ("a/b", nil), ("ns/pod:80", nil),
        ] as [(String, String?)])
    func isReadFromAURLOrAsWritten(text: String, authority: String?) {
        #expect(Authority(written: text)?.text == authority)
    }

    @Test(
        arguments: [
            ("10.0.0.1", [10, 0, 0, 1]), ("10.0.0", nil), ("10.0.0.256", nil), ("10.0.0.+1", nil), ("host", nil),
            ("[fd00::1]", [0xfd] + Array(repeating: 0, count: 14) + [1]), ("[::]", Array(repeating: 0, count: 16)),
            ("[1:2:3:4:5:6:7:8]", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]),
            ("[::ffff:10.0.0.1]", Array(repeating: 0, count: 10) + [0xff, 0xff, 10, 0, 0, 1]),
            ("[1:2:3:4:5:6:7]", nil), ("[1:2:3:4:5:6:7:8:9]", nil), ("[1::2::3]", nil), ("[1:2:3:4:5:6:7::8]", nil),
            ("[:1]", nil), ("[1::12345]", nil), ("[1::g]", nil),
        ] as [(String, [UInt8]?)])
    func anAddressIsBytes(host: String, address: [UInt8]?) {
        #expect(Authority(url: "http://\(host):80")?.address == address)
    }
}
