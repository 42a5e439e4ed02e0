extension JSONValue {
    /// Appends the document on one line without spaces. A NaN or an infinity becomes null, as JSON has neither.
    public func write(into bytes: inout [UInt8]) {
        write(into: &bytes, indentation: nil)
    }

    /// Appends the document for people: a line for each member and element, indented by two spaces.
    public func writePretty(into bytes: inout [UInt8]) {
        write(into: &bytes, indentation: 0)
    }

    /// The document on one line.
    public var compact: String {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The document with a line for each member and element.
    public var pretty: String {
        var bytes: [UInt8] = []
        writePretty(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes the value at the depth `indentation`, or on one line if that is nil.
    private func write(into bytes: inout [UInt8], indentation: Int?) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let truth): bytes.append(contentsOf: (truth ? "true" : "false").utf8)
        case .int(let number): bytes.append(contentsOf: String(number).utf8)
        case .double(let number): bytes.append(contentsOf: (number.isFinite ? number.description : "null").utf8)
        case .string(let text): bytes.append(jsonString: text)
        case .array(let elements):
            bytes.appendList("[", "]", elements, indentation) { bytes, element, inner in
                element.write(into: &bytes, indentation: inner)
            }
        case .object(let members):
            bytes.appendList("{", "}", members, indentation) { bytes, member, inner in
                bytes.append(jsonString: member.key)
                bytes.append(contentsOf: (inner == nil ? ":" : ": ").utf8)
                member.value.write(into: &bytes, indentation: inner)
            }
        }
    }
}

extension [UInt8] {
    /// Appends two brackets and the items between them; an empty list stays on its line.
    fileprivate mutating func appendList<Item>(
        _ open: String, _ close: String, _ items: [Item], _ indentation: Int?,
        item: (inout [UInt8], Item, Int?) -> Void
    ) {
        let inner = indentation.map { $0 + 1 }
        append(contentsOf: open.utf8)
        for (position, element) in items.enumerated() {
            if position > 0 { append(UInt8(ascii: ",")) }
            appendLine(indentation: inner)
            item(&self, element, inner)
        }
        if !items.isEmpty { appendLine(indentation: indentation) }
        append(contentsOf: close.utf8)
    }

    private mutating func appendLine(indentation: Int?) {
        guard let indentation else { return }
        append(UInt8(ascii: "\n"))
        append(contentsOf: repeatElement(UInt8(ascii: " "), count: indentation * 2))
    }

    /// Appends a quoted string. It escapes only what JSON demands, and DEL.
    mutating func append(jsonString text: String) {
        append(UInt8(ascii: "\""))
        defer { append(UInt8(ascii: "\"")) }
        // Nearly every string needs no escape, and copying it as a whole takes a fraction of the time.
        guard text.utf8.contains(where: Self.needsEscape) else { return append(contentsOf: text.utf8) }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append(contentsOf: #"\""#.utf8)
            case UInt8(ascii: "\\"): append(contentsOf: #"\\"#.utf8)
            case 0x08: append(contentsOf: #"\b"#.utf8)
            case 0x09: append(contentsOf: #"\t"#.utf8)
            case 0x0A: append(contentsOf: #"\n"#.utf8)
            case 0x0C: append(contentsOf: #"\f"#.utf8)
            case 0x0D: append(contentsOf: #"\r"#.utf8)
            case 0x00..<0x20, 0x7F:
                let digits = String(byte, radix: 16)
                append(contentsOf: (byte < 0x10 ? #"\u000"# : #"\u00"#).utf8)
                append(contentsOf: digits.utf8)
            default: append(byte)
            }
        }
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }
}
