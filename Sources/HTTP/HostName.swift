/// The names of hosts as requests write them.
enum HostName {
    /// The host of an authority: `example.org` of `example.org:9850`, `::1` of `[::1]:80`, `localhost` of `localhost.`;
    /// nil if there is no valid host.
    static func of(authority: String) -> String? {
        var host = authority[...]
        if host.first == "[" {
            guard let end = host.firstIndex(of: "]") else { return nil }
            let rest = host[host.index(after: end)...]
            guard rest.isEmpty || (rest.first == ":" && isPort(rest.dropFirst())) else { return nil }
            let address = String(host[host.index(after: host.startIndex)..<end])
            return address.contains(":") && IPLiteral(address) != nil ? address : nil
        }
        if let colon = host.firstIndex(of: ":") {
            guard isPort(host[host.index(after: colon)...]) else { return nil }
            host = host[..<colon]
        }
        if host.last == "." { host = host.dropLast() }
        guard !host.isEmpty, host.utf8.allSatisfy(allows) else { return nil }
        return String(host)
    }

    /// True if a name may hold this byte: a letter, a digit, `-`, `.` or `_`.
    static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.utf8.count <= 5 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
