import Digests

/// The parts of a request target: `/api/v1/nodes/a%2Fb?drain=1` has the path `["api", "v1", "nodes", "a/b"]` and the
/// query `[("drain", "1")]`. Segments are decoded after the split, so `%2F` stays inside one.
struct RequestTarget {
    var path: [String] = []
    var query: [(name: String, value: String)] = []
    /// The host of `http://host/path`, the form that clients send to a proxy. It overrules the Host header.
    var authority: String?

    init() {}

    /// Decodes a target. Throws `badTarget` for a percent sign without two hex digits, for text that is not UTF-8 once
    /// decoded, for a fragment, and for a form other than `/path`, `http://host/path` or (for OPTIONS) `*`.
    init(_ target: String, method: HTTPMethod) throws(HTTPError) {
        var rest = target.utf8[...]
        if target == "*" && method == .options { return }
        if let slashes = Self.schemeEnd(target) {
            let end =
                rest[slashes...].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
            authority = String(target[slashes..<end])
            rest = rest[end...]
        } else if rest.first != UInt8(ascii: "/") {
            throw .badTarget(reason: "it does not begin with '/'")
        }
        guard rest.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw .badTarget(reason: "it has a character that must be percent-encoded")
        }
        let mark = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        path = try Self.segments(rest[..<mark])
        if mark < rest.endIndex { query = try Self.pairs(rest[rest.index(after: mark)...]) }
    }

    private static func schemeEnd(_ target: String) -> String.Index? {
        for scheme in ["http://", "https://"] where target.prefix(scheme.count).isSameName(as: scheme) {
            return target.index(target.startIndex, offsetBy: scheme.count)
        }
        return nil
    }

    /// The segments of a path. `/` alone has none; a trailing slash makes an empty last one.
    private static func segments(_ path: Substring.UTF8View) throws(HTTPError) -> [String] {
        var segments: [String] = []
        for piece in path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            segments.append(try decoded(piece, plusIsSpace: false))
        }
        return segments == [""] ? [] : segments
    }

    /// The parameters of a query. A name without `=` has an empty value, as in `?verbose`.
    private static func pairs(_ query: Substring.UTF8View) throws(HTTPError) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for piece in query.split(separator: UInt8(ascii: "&")) {
            let equals = piece.firstIndex(of: UInt8(ascii: "="))
            let name = try decoded(piece[..<(equals ?? piece.endIndex)], plusIsSpace: true)
            let value = try equals.map { (index) throws(HTTPError) in
                try decoded(piece[piece.index(after: index)...], plusIsSpace: true)
            }
            pairs.append((name, value ?? ""))
        }
        return pairs
    }

    private static func decoded(_ text: Substring.UTF8View, plusIsSpace: Bool) throws(HTTPError) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            index = text.index(after: index)
            switch byte {
            case UInt8(ascii: "%"):
                guard let end = text.index(index, offsetBy: 2, limitedBy: text.endIndex),
                    let high = Hex.value(of: text[index]), let low = Hex.value(of: text[text.index(after: index)])
                else { throw .badTarget(reason: "a percent sign is not followed by two hex digits") }
                bytes.append(high << 4 | low)
                index = end
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw .badTarget(reason: "it is not UTF-8 once decoded")
        }
        return decoded
    }
}
