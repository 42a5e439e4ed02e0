/// A parser that reads one JSON object into fields with dotted paths, in one walk over its bytes.
///
/// `{"fields":{"message":"...","session_id":"..."},"spans":[{"name":"request"}]}`
struct JSONWalk {
    private let text: ArraySlice<UInt8>
    private var at: Int
    private var found: FieldCollector
    private var values: [JSONLine.Value] = []

    private init(_ text: ArraySlice<UInt8>, _ found: FieldCollector) {
        self.text = text
        at = text.startIndex
        self.found = found
    }

    /// Parses `text`, which must be exactly one object.
    static func line(_ text: ArraySlice<UInt8>) throws(LineFault) -> JSONLine {
        var walk = JSONWalk(text, FieldCollector())
        try walk.outermost()
        guard walk.at == text.endIndex else { throw .parseError }
        return JSONLine(fields: walk.found.fields, values: walk.values)
    }

    /// Adds the fields of the object at the beginning of `text`, and returns its end.
    static func object(_ text: ArraySlice<UInt8>, into found: inout FieldCollector) throws(LineFault) -> Int {
        var walk = JSONWalk(text, found)
        found = FieldCollector()
        try walk.outermost()
        found = walk.found
        return walk.at
    }

    private mutating func outermost() throws(LineFault) {
        skipSpace()
        try object()
        skipSpace()
    }

    /// The bytes of an array such as `[255,254]`; nil if it is not an array of bytes.
    static func bytes(ofArray text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.first == UInt8(ascii: "["), text.last == UInt8(ascii: "]") else { return nil }
        var bytes: [UInt8] = []
        for part in text.dropFirst().dropLast().split(separator: UInt8(ascii: ",")) {
            guard let byte = UInt8(String(decoding: part.trimmed, as: UTF8.self)) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private var byte: UInt8? { at < text.endIndex ? text[at] : nil }

    private mutating func skipSpace() {
        while at < text.endIndex, text[at].isSpace { at += 1 }
    }

    private mutating func expect(_ expected: Unicode.Scalar) throws(LineFault) {
        guard byte == UInt8(ascii: expected) else { throw .parseError }
        at += 1
    }

    /// Reads `{...}`; its members become fields whose paths contain the names of the enclosing objects.
    private mutating func object() throws(LineFault) {
        guard found.depth < LineLimits.depth else { throw .parseError }
        try expect("{")
        skipSpace()
        if byte == UInt8(ascii: "}") {
            at += 1
            return
        }
        while true {
            let name = try string()
            skipSpace()
            try expect(":")
            skipSpace()
            try member(name)
            skipSpace()
            if byte == UInt8(ascii: "}") {
                at += 1
                return
            }
            try expect(",")
            skipSpace()
        }
    }

    private mutating func member(_ name: ArraySlice<UInt8>) throws(LineFault) {
        switch byte {
        case UInt8(ascii: "{"):
            found.enterObject(name)
            try object()
            found.leaveObject()
        case UInt8(ascii: "["):
            try list(name)
        default:
            let value = try scalar()
            switch value {
            case .string, .number: found.add(name, value, number: values.count - 1)
            case .bool, .null, .list, .opaque: found.add(name, value)
            }
        }
    }

    /// Reads `[...]`, which becomes a field, as do the members of objects in it. An array of bytes from journald
    /// becomes one string.
    private mutating func list(_ name: ArraySlice<UInt8>) throws(LineFault) {
        let start = at
        found.enterList()
        try elements(name)
        found.leaveList()
        if name.elementsEqual("MESSAGE".utf8), let bytes = Self.bytes(ofArray: text[start..<at]) {
            found.add(name, .string(bytes[...]))
        } else {
            found.add(name, .list)
        }
    }

    private mutating func elements(_ name: ArraySlice<UInt8>) throws(LineFault) {
        try expect("[")
        skipSpace()
        if byte == UInt8(ascii: "]") {
            at += 1
            return
        }
        var depth = 1
        while true {
            // Arrays in arrays have no fields, but must be closed.
            if byte == UInt8(ascii: "[") {
                depth += 1
                guard depth <= LineLimits.depth else { throw .parseError }
                at += 1
                skipSpace()
                if byte != UInt8(ascii: "]") { continue }
            } else if byte == UInt8(ascii: "{") {
                try member(name)
            } else {
                _ = try scalar()
            }
            skipSpace()
            while byte == UInt8(ascii: "]") {
                at += 1
                depth -= 1
                if depth == 0 { return }
                skipSpace()
            }
            try expect(",")
            skipSpace()
        }
    }
}

extension JSONWalk {
    private mutating func scalar() throws(LineFault) -> LogField.Value {
        switch byte {
        case UInt8(ascii: "\""):
            let start = at + 1
            let text = try string()
            values.append(JSONLine.Value(place: start..<(at - 1), isNumber: false))
            return .string(text)
        case UInt8(ascii: "t"): return try word("true", .bool)
        case UInt8(ascii: "f"): return try word("false", .bool)
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ word: String, _ value: LogField.Value) throws(LineFault) -> LogField.Value {
        guard text[at...].starts(with: word) else { throw .parseError }
        at += word.utf8.count
        return value
    }

    private mutating func number() throws(LineFault) -> LogField.Value {
        let start = at
        while let byte, byte.isNumeric { at += 1 }
        guard at > start, text[start].isDigit || text[start] == UInt8(ascii: "-"), text[at - 1].isDigit else {
            throw .parseError
        }
        values.append(JSONLine.Value(place: start..<at, isNumber: true))
        return .number(text[start..<at])
    }

    /// Reads a string and undoes its escapes. Without escapes it remains a piece of the line. Invalid UTF-8 passes,
    /// since the field's reader judges it.
    private mutating func string() throws(LineFault) -> ArraySlice<UInt8> {
        try expect("\"")
        let start = at
        while let byte {
            if byte == UInt8(ascii: "\"") {
                at += 1
                return text[start..<(at - 1)]
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            try allow(byte)
            at += 1
        }
        throw .parseError
    }

    /// Allows a plain tab or ANSI escape too: JSON forbids them, but some loggers write them.
    private func allow(_ byte: UInt8) throws(LineFault) {
        guard byte >= 0x20 || byte == 0x09 || byte == 0x1B else { throw .parseError }
    }

    private mutating func escapedString(from start: Int) throws(LineFault) -> ArraySlice<UInt8> {
        var out = Array(text[start..<at])
        while let byte {
            if byte == UInt8(ascii: "\"") {
                at += 1
                return out[...]
            }
            if byte == UInt8(ascii: "\\") {
                try escape(into: &out)
            } else {
                try allow(byte)
                out.append(byte)
                at += 1
            }
        }
        throw .parseError
    }

    private mutating func escape(into out: inout [UInt8]) throws(LineFault) {
        guard at + 1 < text.endIndex else { throw .parseError }
        let kind = text[at + 1]
        at += 2
        switch kind {
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(kind)
        case UInt8(ascii: "u"): try unicode(into: &out)
        default: throw .parseError
        }
    }

    /// Reads one or two `\uXXXX`; a lone surrogate becomes U+FFFD.
    private mutating func unicode(into out: inout [UInt8]) throws(LineFault) {
        var units = [try unit()]
        if UTF16.isLeadSurrogate(units[0]), text[at...].starts(with: "\\u") {
            at += 2
            units.append(try unit())
        }
        out.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
    }

    private mutating func unit() throws(LineFault) -> UInt16 {
        let digits = text[at...].prefix(4)
        guard digits.count == 4, digits.allSatisfy(\.isHexDigit),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw .parseError }
        at += 4
        return unit
    }
}
