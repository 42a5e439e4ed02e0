/// A field that may contain the sticky cookie: a `Cookie` or `Set-Cookie` header, or only the cookie's value. Several
/// headers of one request are joined by commas: `a=1,_mcp_backend=cc3d; b=2`.
struct CookieHeader<Text: LineText> {
    enum Finding {
        case notLogged
        case none
        case value(Text)
    }

    /// The name of the sticky cookie.
    let name: String

    /// Searches a header for the cookie. Proxies that hide headers write `REDACTED`.
    func find(in header: Text) -> Finding {
        if let value = value(in: header) { return value.isEmpty ? .none : .value(value) }
        return isHidden(header) ? .notLogged : .none
    }

    /// Searches a field that holds either the header or only the value, which is not a list of pairs.
    func find(inField text: Text) -> Finding {
        if let value = value(in: text) { return value.isEmpty ? .none : .value(value) }
        var stem = text
        // Base64 may end with these.
        while stem.last == UInt8(ascii: "=") { stem = stem.dropLast() }
        let isURL = stem.contains("://")
        if !isURL, stem.contains(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ";") }) { return .none }
        let value = text.peeled
        if value.isEmpty || value.count <= 9 && absences.contains(String(decoding: value, as: UTF8.self)) {
            return .none
        }
        return isHidden(text) || !isURL && stem.contains(0x20) ? .notLogged : .value(value)
    }

    private func isHidden(_ text: Text) -> Bool { text.count <= 16 && text.squeezed == "redacted" }

    /// The value after the cookie's name. The comma of a date (`Expires=Wed, 21 Oct`) separates two pieces of which
    /// neither is a cookie.
    private func value(in header: Text) -> Text? {
        var rest = header
        while !rest.isEmpty {
            let end = rest.firstIndex { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ",") } ?? rest.endIndex
            let pair = rest[rest.startIndex..<end].trimmed
            if pair.count > name.utf8.count, pair[pair.startIndex + name.utf8.count] == UInt8(ascii: "="),
                pair.starts(with: name.utf8)
            {
                return pair.dropFirst(name.utf8.count + 1).peeled
            }
            rest = end < rest.endIndex ? rest[(end + 1)...] : rest[end...]
        }
        return nil
    }
}

/// The words that loggers write for a missing value.
private let absences: Set<String> = ["-", "none", "None", "null", "nil", "undefined"]
