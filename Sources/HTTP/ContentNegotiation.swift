/// The choice of the form in which a client prefers an answer (RFC 9110, 12.5).
public enum ContentNegotiation {
    /// The most elements of a header that are read; the rest is ignored.
    private static let elementLimit = 64

    /// The offered media type that the client prefers, the first of equals; nil if it accepts none. Without a header
    /// the client accepts any. An offer is a media type with its parameters, as it will be sent:
    /// `application/openmetrics-text; version=1.0.0; charset=utf-8`.
    public static func mediaType(among offers: [String], accept: String?) -> String? {
        let ranges = elements(of: accept ?? "")
        guard !ranges.isEmpty else { return offers.first }
        var best: (offer: String, quality: Double)?
        for offer in offers {
            guard let media = elements(of: offer).first else { continue }
            let quality = quality(of: media, in: ranges)
            if quality > (best?.quality ?? 0) { best = (offer, quality) }
        }
        return best?.offer
    }

    /// True if the client accepts gzip, and prefers it at least as much as the plain bytes.
    public static func acceptsGzip(_ acceptEncoding: String?) -> Bool {
        let codings = elements(of: acceptEncoding ?? "")
        func quality(_ names: [String]) -> Double? {
            codings.first { coding in names.contains { $0.isSameName(as: coding.value) } }?.quality
        }
        guard let gzip = quality(["gzip", "x-gzip"]) ?? quality(["*"]), gzip > 0 else { return false }
        return gzip >= quality(["identity"]) ?? 0
    }

    /// An element such as `text/plain; version=0.0.4; q=0.5`.
    private struct Element {
        let value: String
        /// The parameters before `q`.
        var parameters: [(name: String, value: String)] = []
        var quality = 1.0
    }

    /// The elements of a header, without those whose `q` cannot be read.
    private static func elements(of header: String) -> [Element] {
        split(header, at: ",").prefix(elementLimit).compactMap { text in
            let parts = split(text, at: ";")
            guard let value = parts.first, !value.isEmpty else { return nil }
            var element = Element(value: value)
            for part in parts.dropFirst() {
                let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmed { $0 == " " || $0 == "\t" } }
                guard pair.count == 2 else { continue }
                guard pair[0].isSameName(as: "q") else {
                    element.parameters.append((pair[0], unquoted(pair[1])))
                    continue
                }
                guard let quality = quality(from: pair[1]) else { return nil }
                element.quality = quality
                break
            }
            return element
        }
    }

    /// The quality of the range that names the type most closely; 0 if none does.
    private static func quality(of media: Element, in ranges: [Element]) -> Double {
        var best = (closeness: -1, quality: 0.0)
        for range in ranges {
            guard let closeness = closeness(of: range, to: media), closeness > best.closeness else { continue }
            best = (closeness, range.quality)
        }
        return best.quality
    }

    /// 0 for `*/*`, 1 for `text/*`, 2 for the type, and one more for each parameter; nil if the range means another
    /// type. A parameter that the offer lacks does not count against it: Prometheus asks for
    /// `version=1.0.0;escaping=allow-utf-8`, and accepts `version=1.0.0` from a server that knows no escaping.
    private static func closeness(of range: Element, to media: Element) -> Int? {
        if range.value == "*/*" || range.value == "*" { return 0 }
        if range.value.hasSuffix("/*") {
            return range.value.dropLast().isSameName(as: media.value.prefix(range.value.count - 1)) ? 1 : nil
        }
        guard range.value.isSameName(as: media.value) else { return nil }
        var closeness = 2
        for (name, value) in range.parameters {
            guard let offered = media.parameters.first(where: { $0.name.isSameName(as: name) }) else { continue }
            guard offered.value.isSameName(as: value) else { return nil }
            closeness += 1
        }
        return closeness
    }

    /// The value of `0` to `1`, with up to three digits after the point.
    private static func quality(from text: String) -> Double? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0] == "0" || parts[0] == "1" else { return nil }
        let digits = parts.count > 1 ? parts[1] : ""
        guard digits.utf8.count <= 3, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        guard let value = Double("\(parts[0]).\(digits.isEmpty ? "0" : digits)"), value <= 1 else { return nil }
        return value
    }

    /// Splits at separators outside of quotes, and trims the pieces.
    private static func split(_ text: String, at separator: Character) -> [String] {
        var isQuoted = false
        let pieces = text.split(omittingEmptySubsequences: false) { character in
            if character == "\"" { isQuoted.toggle() }
            return character == separator && !isQuoted
        }
        return pieces.map { $0.trimmed { $0 == " " || $0 == "\t" } }
    }

    private static func unquoted(_ text: String) -> String {
        text.count > 1 && text.first == "\"" && text.last == "\"" ? String(text.dropFirst().dropLast()) : text
    }
}
