/// A strict parser of one JSON document (RFC 8259): no comments, no trailing commas, no key twice.
struct JSONParser {
    private let bytes: [UInt8]
    private let depthLimit: Int
    private var offset = 0

    init(_ bytes: [UInt8], depthLimit: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
    }

    mutating func document() throws(JSONError) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard offset == bytes.count else { throw .trailingBytes(offset: offset) }
        return value
    }

    /// Returns the next byte without taking it.
    private func peek() throws(JSONError) -> UInt8 {
        guard offset < bytes.count else { throw .unexpectedEnd(offset: offset) }
        return bytes[offset]
    }

    private mutating func take(_ expected: UInt8) throws(JSONError) {
        let byte = try peek()
        guard byte == expected else { throw .unexpectedByte(byte, offset: offset) }
        offset += 1
    }

    private mutating func skipSpace() {
        while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        skipSpace()
        let byte = try peek()
        switch byte {
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            guard depth < depthLimit else { throw .tooDeep(limit: depthLimit, offset: offset) }
            return byte == UInt8(ascii: "[") ? try array(depth: depth + 1) : try object(depth: depth + 1)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw .unexpectedByte(byte, offset: offset)
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for byte in word.utf8 { try take(byte) }
        return value
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        var elements: [JSONValue] = []
        try list(close: UInt8(ascii: "]")) { (parser: inout JSONParser) throws(JSONError) in
            elements.append(try parser.value(depth: depth))
        }
        return .array(elements)
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        var members: [(key: String, value: JSONValue)] = []
        var keys: Set<String> = []
        try list(close: UInt8(ascii: "}")) { (parser: inout JSONParser) throws(JSONError) in
            parser.skipSpace()
            let start = parser.offset
            let key = try parser.string()
            guard keys.insert(key).inserted else { throw .duplicateKey(offset: start) }
            parser.skipSpace()
            try parser.take(UInt8(ascii: ":"))
            members.append((key, try parser.value(depth: depth)))
        }
        return .object(members)
    }

    /// Takes the opening bracket, the items between commas, and the closing bracket.
    private mutating func list(
        close: UInt8, item: (inout JSONParser) throws(JSONError) -> Void
    ) throws(JSONError) {
        offset += 1
        skipSpace()
        if try peek() == close {
            offset += 1
            return
        }
        while true {
            try item(&self)
            skipSpace()
            if try peek() == close {
                offset += 1
                return
            }
            try take(UInt8(ascii: ","))
        }
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = offset
        if bytes[offset] == UInt8(ascii: "-") { offset += 1 }
        let firstDigit = offset
        var isWhole = true
        let isWellFormed = {
            (parser: inout JSONParser) in
            let digits = parser.skipDigits()
            guard digits == 1 || digits > 1 && parser.bytes[firstDigit] != UInt8(ascii: "0") else { return false }
            if parser.skip(".") {
                isWhole = false
                guard parser.skipDigits() > 0 else { return false }
            }
            if parser.skip("e") || parser.skip("E") {
                isWhole = false
                if !parser.skip("+") { _ = parser.skip("-") }
                guard parser.skipDigits() > 0 else { return false }
            }
            return true
        }(&self)
        guard isWellFormed else {
            throw offset < bytes.count ? .badNumber(offset: start) : .unexpectedEnd(offset: offset)
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        // `-0` becomes a double, as no integer keeps the sign; whole numbers beyond 64 bits lose their last digits.
        if isWhole, text != "-0", let whole = Int64(text) { return .int(whole) }
        guard let number = Double(text), number.isFinite else { throw .badNumber(offset: start) }
        return .double(number)
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func skipDigits() -> Int {
        let start = offset
        while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) { offset += 1 }
        return offset - start
    }
}

extension JSONParser {
    private mutating func string() throws(JSONError) -> String {
        let start = offset
        try take(UInt8(ascii: "\""))
        var text: [UInt8] = []
        while true {
            let byte = try peek()
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                guard let string = String(validating: text, as: UTF8.self) else { throw .badUTF8(offset: start) }
                return string
            case UInt8(ascii: "\\"): text.append(contentsOf: try escape())
            case 0x00..<0x20: throw .unexpectedByte(byte, offset: offset)
            default:
                text.append(byte)
                offset += 1
            }
        }
    }

    /// Takes an escape and returns its UTF-8: `\n`, `\u00e9`, or a pair such as `\ud83d\ude00`.
    private mutating func escape() throws(JSONError) -> [UInt8] {
        let start = offset
        offset += 1
        let kind = try peek()
        offset += 1
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [kind]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var units = [try hexUnit(start)]
            if UTF16.isLeadSurrogate(units[0]) {
                guard skip("\\"), skip("u") else { throw .badEscape(offset: start) }
                units.append(try hexUnit(start))
            }
            guard let text = String(validating: units, as: UTF16.self) else { throw .badEscape(offset: start) }
            return Array(text.utf8)
        default: throw .badEscape(offset: start)
        }
    }

    private mutating func hexUnit(_ start: Int) throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            let character = Character(Unicode.Scalar(try peek()))
            guard let digit = character.hexDigitValue, character.isASCII else { throw .badEscape(offset: start) }
            unit = unit << 4 | UInt16(digit)
            offset += 1
        }
        return unit
    }
}
