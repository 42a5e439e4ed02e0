/// The origin of the page that sends a request, as browsers tell it: `Origin: https://sessions.example.org:8443`.
struct RequestOrigin {
    let isTLS: Bool
    let host: String
    let port: UInt16

    /// Fails for `null`, another scheme, and anything else that is not an origin.
    init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        isTLS = text[..<colon].isSameName(as: "https")
        guard isTLS || text[..<colon].isSameName(as: "http"), text[colon...].hasPrefix("://"),
            let place = Self.place(String(text[colon...].dropFirst(3)), isTLS: isTLS)
        else { return nil }
        (host, port) = place
    }

    /// True if the page came from this authority. A missing port is the standard one of the page's scheme, since
    /// browsers leave that out.
    func isSameHost(asAuthority authority: String) -> Bool {
        guard let other = Self.place(authority, isTLS: isTLS) else { return false }
        return host.isSameName(as: other.host) && port == other.port
    }

    private static func place(_ authority: String, isTLS: Bool) -> (host: String, port: UInt16)? {
        guard let host = HostName.of(authority: authority) else { return nil }
        let digits = authority.drop { $0 != "]" }.isEmpty ? authority[...] : authority.drop { $0 != "]" }
        guard let colon = digits.firstIndex(of: ":"), digits.index(after: colon) < digits.endIndex else {
            return (host, isTLS ? 443 : 80)
        }
        return UInt16(digits[digits.index(after: colon)...]).map { (host, $0) }
    }
}
