/// What a browser says of the page that asks: `Origin: https://sessions.example.org:8443`.
struct RequestOrigin {
    let isTLS: Bool
    let host: String
    let port: UInt16

    /// Nil for `null`, another scheme, and anything that is no origin.
    init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        isTLS = isSameName(String(text[..<colon]), "https")
        guard isTLS || isSameName(String(text[..<colon]), "http"), text[colon...].hasPrefix("://"),
            let place = Self.place(String(text[colon...].dropFirst(3)), isTLS: isTLS)
        else { return nil }
        (host, port) = place
    }

    /// Whether a request to that authority is one to where the page came from. A port that is left out is the standard
    /// one of the page's scheme, by which the browser would have left it out.
    func isSameHost(asAuthority authority: String) -> Bool {
        guard let other = Self.place(authority, isTLS: isTLS) else { return false }
        return isSameName(host, other.host) && port == other.port
    }

    private static func place(_ authority: String, isTLS: Bool) -> (host: String, port: UInt16)? {
        guard let host = hostName(ofAuthority: authority) else { return nil }
        let digits = authority.drop { $0 != "]" }.isEmpty ? authority[...] : authority.drop { $0 != "]" }
        guard let colon = digits.firstIndex(of: ":"), digits.index(after: colon) < digits.endIndex else {
            return (host, isTLS ? 443 : 80)
        }
        return UInt16(digits[digits.index(after: colon)...]).map { (host, $0) }
    }
}
