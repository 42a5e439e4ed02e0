/// A `Cookie` or `Set-Cookie` header, or one cookie's value alone.
enum CookieHeader {
    /// The value of the cookie `name` in a header.
    static func value(of name: String, in header: ArraySlice<UInt8>) -> String? {
        for pair in header.split(separator: UInt8(ascii: ";")).map(\.trimmed) {
            guard let sign = pair.firstIndex(of: UInt8(ascii: "=")), pair[..<sign].elementsEqual(name.utf8) else {
                continue
            }
            return pair[(sign + 1)...].peeled.name
        }
        return nil
    }

    /// The same from a field that holds either the header or the value alone, which is no list of pairs.
    static func value(of name: String, inField text: ArraySlice<UInt8>) -> String? {
        if let value = value(of: name, in: text) { return value }
        var stem = text
        // Base64 may end with these.
        while stem.last == UInt8(ascii: "=") { stem = stem.dropLast() }
        let isURL = stem.contains("://")
        guard isURL || !stem.contains(where: { "=; ".utf8.contains($0) }), text.squeezed != "redacted" else {
            return nil
        }
        return text.peeled.name
    }
}
