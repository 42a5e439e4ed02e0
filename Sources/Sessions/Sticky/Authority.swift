/// The place where a server listens: `host:port`, from a URL or a log line.
struct Authority: Sendable, Hashable {
    /// The host in lower case, without brackets.
    var host: String
    var port: UInt16

    /// Reads `http://10.0.0.1:8080/path` or `https://[fd00::1]`, with the scheme's own port if none is given.
    init?(url: String) {
        guard let (scheme, rest) = Self.parts(url) else { return nil }
        self.init(rest, defaultPort: scheme == "https" ? 443 : scheme == "http" ? 80 : nil)
    }

    /// Reads `10.0.0.1:8080`, `[fd00::1]:8080`, or a URL.
    init?(written text: String) {
        if text.utf8.contains(UInt8(ascii: "/")) {
            self.init(url: text)
        } else {
            self.init(text[...], defaultPort: nil)
        }
    }

    /// The host and port as proxies write them, with an IPv6 address in brackets.
    var text: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Reads a heartbeat's URL, which may lack its scheme: `10.0.0.1:8080/mcp`.
    init?(heartbeatURL text: String) {
        if text.contains("://") {
            self.init(url: text)
        } else {
            self.init(text.prefix { !"/?#".contains($0) }, defaultPort: nil)
        }
    }

    /// A text that is the same for every spelling of the place: an address by its bytes, a name without a final dot.
    var canonical: String {
        guard let address else { return "\(host.hasSuffix(".") ? host.dropLast() : host[...]):\(port)" }
        let isMapped = address.count == 16 && address[..<10].allSatisfy { $0 == 0 } && address[10] & address[11] == 0xFF
        let bytes = isMapped ? Array(address[12...]) : address
        return "\(bytes.map { String($0) }.joined(separator: ".")):\(port)"
    }

    /// Returns the scheme in lower case, and the part between it and the path.
    private static func parts(_ url: String) -> (scheme: String, rest: Substring)? {
        guard let colon = url.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let after = url[colon...]
        guard after.hasPrefix("://") else { return nil }
        let rest = after.dropFirst(3).prefix { !"/?#".contains($0) }
        let host = rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
        return (url[..<colon].lowercased(), host)
    }

    private init?(_ text: Substring, defaultPort: UInt16?) {
        var name = text
        var portText: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            name = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            portText = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = text.lastIndex(of: ":") {
            // Several colons mean an IPv6 address without brackets, and the beginning of its port is unknown.
            guard text.firstIndex(of: ":") == colon else { return nil }
            (name, portText) = (text[..<colon], text[text.index(after: colon)...])
        }
        guard !name.isEmpty, let port = portText.map({ Self.port($0) }) ?? defaultPort else { return nil }
        (host, self.port) = (name.lowercased(), port)
    }

    /// The first byte must be a digit, since UInt16 would accept a sign.
    private static func port(_ text: Substring) -> UInt16? {
        text.utf8.first.map { (0x30...0x39).contains($0) } == true ? UInt16(text) : nil
    }
}

// MARK: - Addresses

extension Authority {
    /// The host's 4 or 16 bytes. Nil if it is a name and not an address.
    var address: [UInt8]? { Self.bytesOfIPv4(host[...]) ?? Self.bytesOfIPv6(host) }

    private static func bytesOfIPv4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        let bytes = parts.compactMap { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt8($0) : nil }
        return bytes.count == 4 ? bytes : nil
    }

    /// Reads `fd00::1` or `::ffff:10.0.0.1`. Zones are not valid in a URL.
    private static func bytesOfIPv6(_ text: String) -> [UInt8]? {
        guard text.utf8.contains(UInt8(ascii: ":")) else { return nil }
        var halves: [[UInt8]] = []
        var rest = text[...]
        while true {
            let gap = rest.ranges(of: "::").first
            guard let half = groups(gap.map { rest[..<$0.lowerBound] } ?? rest) else { return nil }
            halves.append(half)
            guard let gap else { break }
            rest = rest[gap.upperBound...]
        }
        let given = halves.reduce(0) { $0 + $1.count }
        switch halves.count {
        case 1: return given == 16 ? halves[0] : nil
        case 2: return given <= 14 ? halves[0] + Array(repeating: 0, count: 16 - given) + halves[1] : nil
        default: return nil
        }
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        if text.isEmpty { return [] }
        var bytes: [UInt8] = []
        let groups = text.split(separator: ":", omittingEmptySubsequences: false)
        for (place, group) in groups.enumerated() {
            if place == groups.count - 1, let four = bytesOfIPv4(group) {
                bytes += four
            } else if (1...4).contains(group.utf8.count), group.first?.isHexDigit == true,
                let word = UInt16(group, radix: 16)
            {
                bytes += [UInt8(word >> 8), UInt8(word & 0xFF)]
            } else {
                return nil
            }
        }
        return bytes
    }
}
