/// HTML, written front to back. Element and attribute names are literals of this code. Everything else is text and is
/// escaped, so the name of a node or a client can neither open an element nor reverse the line.
struct HTMLWriter {
    /// A value of nil leaves the attribute out.
    typealias Attributes = KeyValuePairs<StaticString, String?>

    private(set) var bytes: [UInt8] = []

    /// Stands for a character that is not shown.
    private static let replacement: Unicode.Scalar = "\u{FFFD}"

    /// Markup that this code holds as a literal.
    mutating func markup(_ text: StaticString) { bytes.append(contentsOf: text.description.utf8) }

    mutating func text(_ text: String) { append(escaped: text) }

    mutating func element(
        _ name: StaticString, _ attributes: Attributes = [:], _ body: (inout HTMLWriter) -> Void
    ) {
        void(name, attributes)
        body(&self)
        markup("</")
        markup(name)
        markup(">")
    }

    mutating func element(_ name: StaticString, _ attributes: Attributes, _ content: String) {
        element(name, attributes) { html in html.text(content) }
    }

    mutating func element(_ name: StaticString, _ content: String) { element(name, [:], content) }

    /// An element without content and without an end tag.
    mutating func void(_ name: StaticString, _ attributes: Attributes = [:]) {
        markup("<")
        markup(name)
        for case (let attribute, let value?) in attributes {
            markup(" ")
            markup(attribute)
            markup("=\"")
            append(escaped: value)
            markup("\"")
        }
        markup(">")
    }

    private mutating func append(escaped text: String) {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) {
            for byte in text.utf8 { append(escaped: byte) }
            return
        }
        for scalar in text.unicodeScalars {
            if scalar.isASCII, scalar.value >= 0x20, scalar.value != 0x7F {
                append(escaped: UInt8(scalar.value))
            } else {
                bytes.append(contentsOf: String(Self.isShown(scalar) ? scalar : Self.replacement).utf8)
            }
        }
    }

    private mutating func append(escaped byte: UInt8) {
        switch byte {
        case UInt8(ascii: "&"): markup("&amp;")
        case UInt8(ascii: "<"): markup("&lt;")
        case UInt8(ascii: ">"): markup("&gt;")
        case UInt8(ascii: "\""): markup("&quot;")
        case UInt8(ascii: "'"): markup("&#39;")
        default: bytes.append(byte)
        }
    }

    /// False for control characters, and for those that reverse or join what stands beside them.
    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}

// MARK: - Names

extension HTMLWriter {
    /// Longest name in a table, in Unicode scalars: a combining mark counts too.
    static let nameScalars = 40
    /// Longest sentence from outside, such as an error or the reason of a suspension.
    static let sentenceScalars = 300

    /// A name from outside: a node, a client, a boot. One that is too long loses its middle, as names differ at their ends.
    mutating func name(_ name: String, scalars limit: Int = nameScalars) {
        element("bdi", ["class": "name"], name.cut(scalars: limit))
    }

    /// A dash where there is none.
    mutating func name(orNone name: String?) {
        if let name, !name.isEmpty { self.name(name) } else { none() }
    }

    /// Nothing: a dash to the eye, and "none" to a screen reader.
    mutating func none() {
        element("span", ["class": "none"]) { html in
            html.element("span", ["aria-hidden": "true"], "–")
            html.element("span", ["class": "sr"], "none")
        }
    }
}

extension String {
    func cut(scalars limit: Int) -> String {
        let scalars = unicodeScalars
        guard utf8.count > limit, scalars.count > limit, limit > 1 else { return self }
        let tail = (limit - 1) / 2
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars.prefix(limit - 1 - tail))
        text.append("…")
        text.append(contentsOf: scalars.suffix(tail))
        return String(text)
    }
}
