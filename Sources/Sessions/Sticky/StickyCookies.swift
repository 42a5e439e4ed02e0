import Digests

/// A node as sticky cookies see it.
public struct StickyNode: Sendable, Hashable {
    public var name: String
    /// The node's URL as its heartbeat says.
    public var url: String?
    /// The URLs by which the proxy was seen to reach it, as they stand in the proxy's configuration.
    public var proxyURLs: [String]
    public var isAlive: Bool

    public init(name: String, url: String?, proxyURLs: [String] = [], isAlive: Bool = true) {
        self.name = name
        self.url = url
        self.proxyURLs = proxyURLs
        self.isAlive = isAlive
    }
}

/// The meaning of a cookie's value.
public struct StickyMatch: Sendable, Equatable {
    public var scheme: StickyScheme
    /// The nodes that it fits; more than one if they share a URL.
    public var nodes: [String]

    public init(scheme: StickyScheme, nodes: [String]) {
        self.scheme = scheme
        self.nodes = nodes
    }

    public var isAmbiguous: Bool { nodes.count > 1 }
    /// The one node that it names. Nil if it is ambiguous.
    public var node: String? { isAmbiguous ? nil : nodes.first }
}

/// The sticky cookies that proxies write for these nodes: a table from value to node and scheme, built once for each
/// change of the nodes' URLs.
public struct StickyCookies: Sendable {
    /// The bytes of the longest value that is read.
    public static let valueLimit = 1024

    /// The claims by value. Values of different schemes look so different that the first scheme with a value keeps it.
    private var claims = NodeClaims()
    private var schemes: [String: StickyScheme] = [:]
    /// The claims by address, for Envoy, whose values may hold more than the address.
    private var addresses = NodeClaims()
    private let rules: StickyRules

    public init(nodes: [StickyNode], rules: StickyRules = StickyRules()) {
        self.rules = rules
        let servers = nodes.map { Server($0) }
        for scheme in StickyScheme.allCases where rules.schemes.contains(scheme) {
            for server in servers {
                for value in server.values(of: scheme, rules: rules) {
                    guard schemes[value] ?? scheme == scheme else { continue }
                    schemes[value] = scheme
                    claims.add(value, node: server.node.name, isAlive: server.node.isAlive)
                }
            }
        }
        for server in servers {
            guard let address = server.authority?.text else { continue }
            addresses.add(address, node: server.node.name, isAlive: server.node.isAlive)
        }
    }

    /// Returns the node that a value names. Nil if it names none. The value may be quoted or percent-encoded.
    public func decode(_ value: String) -> StickyMatch? {
        guard value.utf8.count <= Self.valueLimit else { return nil }
        var text = value
        if text.utf8.count > 1, text.hasPrefix("\""), text.hasSuffix("\"") {
            text = String(text.dropFirst().dropLast())
        }
        if let match = find(text) { return match }
        if text.utf8.contains(UInt8(ascii: "%")), let plain = Self.percentDecoded(text) { return find(plain) }
        return nil
    }

    private func find(_ text: String) -> StickyMatch? {
        if let scheme = schemes[text] { return StickyMatch(scheme: scheme, nodes: claims[text].sorted()) }
        return haproxyMatch(text) ?? envoyMatch(text)
    }

    /// Matches HAProxy's server name with what may follow it: two dates with `maxidle` (`node-1|Vx3Qk|Vx3Qk`), or the
    /// application's own cookie with `prefix` (`node-1~value`).
    private func haproxyMatch(_ text: String) -> StickyMatch? {
        guard let end = text.utf8.firstIndex(where: { $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: "~") }) else {
            return nil
        }
        let name = String(text[..<end])
        guard schemes[name] == .haproxyName else { return nil }
        return StickyMatch(scheme: .haproxyName, nodes: claims[name].sorted())
    }

    private func envoyMatch(_ text: String) -> StickyMatch? {
        guard let bytes = Base64.decode(text) else { return nil }
        let address = EnvoyCookie.address(in: bytes)
        let scheme = address == nil ? StickyScheme.envoyBase64 : .envoy
        let nodes = addresses[address ?? String(decoding: bytes, as: UTF8.self)]
        return nodes.isEmpty || !rules.schemes.contains(scheme)
            ? nil : StickyMatch(scheme: scheme, nodes: nodes.sorted())
    }

    /// Returns nil if two hex digits do not follow a `%`.
    private static func percentDecoded(_ text: String) -> String? {
        var out: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                out.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            // The digits are checked, since UInt8 would accept a sign.
            guard digits.count == 2, digits.allSatisfy({ $0 >= UInt8(ascii: "0") }),
                let decoded = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { return nil }
            out.append(decoded)
            rest = rest.dropFirst(2)
        }
        return String(decoding: out, as: UTF8.self)
    }
}

/// A node with what its cookies are made of.
private struct Server {
    let node: StickyNode
    /// The node's URLs, each with and without a trailing slash. The slash is part of what is hashed, and it is unknown
    /// whether the proxy's configuration has one.
    let urls: [String]
    let authority: Authority?

    init(_ node: StickyNode) {
        self.node = node
        urls = ([node.url].compactMap(\.self) + node.proxyURLs).flatMap { url in
            [url, url.hasSuffix("/") ? String(url.dropLast()) : url + "/"]
        }
        authority = node.url.flatMap { Authority(heartbeatURL: $0) }
    }

    /// Returns the values that the scheme may give it.
    func values(of scheme: StickyScheme, rules: StickyRules) -> [String] {
        switch scheme {
        case .traefikSHA256, .traefikFNV1, .traefikFNV1a, .traefikURL:
            return urls.map { TraefikCookie.value(of: $0, scheme) }
        case .haproxyName: return [node.name]
        case .haproxyDynamic:
            guard let key = rules.haproxyKey, let authority, let address = authority.address else { return [] }
            let port = [0, 0, UInt8(authority.port >> 8), UInt8(authority.port & 0xFF)]
            return [TraefikCookie.padded(XXH64.hash(key + address + port))]
        case .nginxMD5: return authority.flatMap { MD5.digest(Array($0.text.utf8)) }.map { [Self.hex($0)] } ?? []
        case .caddyHMAC:
            return authority.map {
                [Self.hex(HMACSHA256.code(of: Array($0.text.utf8), key: rules.caddySecret))]
            } ?? []
        case .envoy, .envoyBase64: return []
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
    }
}
