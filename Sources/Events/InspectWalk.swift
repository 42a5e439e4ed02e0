/// A parser of objects as Node's `console.log` and Python's `repr` print them. It is more lenient than JSON.
///
/// `{ sessionId: '7c9e...', node: "node-b", tries: 3, metadata: [Object], at: 2026-08-21T10:15:02.123Z }`
struct InspectWalk {
    private let text: ArraySlice<UInt8>
    private var at: Int
    private var found: FieldCollector

    /// Adds the fields of the object at the beginning of `text`, and returns its end; nil if there is none.
    static func object(_ text: ArraySlice<UInt8>, into found: inout FieldCollector) -> Int? {
        var walk = InspectWalk(text: text, at: text.startIndex, found: found)
        guard walk.object() else { return nil }
        found = walk.found
        return walk.at
    }

    private var byte: UInt8? { at < text.endIndex ? text[at] : nil }

    private mutating func skip(while skipped: (UInt8) -> Bool) {
        while at < text.endIndex, skipped(text[at]) { at += 1 }
    }

    private mutating func object() -> Bool {
        guard byte == UInt8(ascii: "{"), found.depth < LineLimits.depth else { return false }
        at += 1
        while true {
            skip { $0.isSpace || $0 == UInt8(ascii: ",") }
            guard let first = byte else { return false }
            if first == UInt8(ascii: "}") {
                at += 1
                return true
            }
            guard let name = name(first) else { return false }
            skip(while: \.isSpace)
            guard byte == UInt8(ascii: ":") else { return false }
            at += 1
            skip(while: \.isSpace)
            guard member(name[...]) else { return false }
        }
    }

    private mutating func name(_ first: UInt8) -> [UInt8]? {
        if Self.quotes.contains(first) { return string() }
        let start = at
        skip { $0.isLetter || $0.isDigit || "_$-.[]()".utf8.contains($0) }
        return at > start ? Array(text[start..<at]) : nil
    }

    private mutating func member(_ name: ArraySlice<UInt8>) -> Bool {
        guard let first = byte else { return false }
        if first == UInt8(ascii: "{") {
            found.enterObject(name)
            guard object() else { return false }
            found.leaveObject()
            return true
        }
        if Self.quotes.contains(first) {
            guard let value = string() else { return false }
            found.add(name, .string(value[...]))
            return true
        }
        guard let value = bare() else { return false }
        found.add(name, value)
        return true
    }

    private static let quotes = Array("'\"`".utf8)

    /// Reads text between equal quotes, and undoes escapes.
    private mutating func string() -> [UInt8]? {
        let quote = text[at]
        at += 1
        var out: [UInt8] = []
        while let byte, byte != quote {
            at += 1
            if byte == UInt8(ascii: "\\"), let next = self.byte {
                out.append(next == UInt8(ascii: "n") ? 0x0A : next == UInt8(ascii: "t") ? 0x09 : next)
                at += 1
            } else {
                out.append(byte)
            }
        }
        guard byte == quote else { return nil }
        at += 1
        return out
    }

    /// Reads a number, a word, `[ 'a', 'b' ]`, `[Object]`, `Map(1) {...}` or `<Buffer 7c 9e>`, up to the next comma or
    /// brace.
    private mutating func bare() -> LogField.Value? {
        let start = at
        var depth = 0
        while let byte {
            if Self.quotes.contains(byte) {
                guard string() != nil else { return nil }
                continue
            }
            if "([{<".utf8.contains(byte) { depth += 1 }
            if depth == 0, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") { break }
            if ")]}>".utf8.contains(byte) { depth -= 1 }
            guard depth >= 0, depth < LineLimits.depth else { return nil }
            at += 1
        }
        guard at < text.endIndex else { return nil }
        let word = text[start..<at].trimmed
        if word.isEmpty { return nil }
        if word.first == UInt8(ascii: "[") { return .list }
        if ["null", "undefined", "None"].contains(where: { word.elementsEqual($0.utf8) }) { return .null }
        if word.allSatisfy({ $0.isDigit || "+-.eE_n".utf8.contains($0) }) { return .number(word) }
        return word.contains(where: { "<({[ ".utf8.contains($0) }) ? .opaque : .string(word)
    }
}
