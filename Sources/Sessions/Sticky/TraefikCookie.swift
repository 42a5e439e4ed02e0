import Digests

/// The value that Traefik gives a sticky cookie: a hash of a server's URL, or of the name of a service.
enum TraefikCookie {
    static func value(of text: String, _ scheme: StickyScheme) -> String {
        switch scheme {
        case .traefikSHA256: padded(SHA256().prefix64(Array(text.utf8).span))
        case .traefikFNV1: String(FNV.hash1(padded(FNV.hash1a(text.utf8)).utf8), radix: 16)
        case .traefikFNV1a: String(FNV.hash1a(text.utf8), radix: 16)
        default: text
        }
    }

    /// Returns all 16 hex digits of a 64-bit number.
    static func padded(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
