/// The lines of a pushed body: one JSON object or text per line (NDJSON), or the elements of one JSON array.
public struct PushedLines {
    /// The error for a body that is neither.
    public struct Broken: Error {
        /// In bytes from the start of the body.
        public let offset: Int
    }

    public private(set) var ranges: [Range<Int>] = []

    /// Splits a body without parsing its elements. Text and NDJSON are lines; a JSON body that begins with `[` must be
    /// a complete array. With any other type, a body that begins with `[` is tried as an array, and is lines if that
    /// fails, since log lines may begin so too: `[2026-11-22 18:07:49] WARN session not found`.
    public init(_ body: [UInt8], contentType: String = "application/json") throws(Broken) {
        let type = contentType.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        let first = body.firstIndex { !Self.isSpace($0) } ?? body.count
        guard !Self.lineTypes.contains(type), first < body.count, body[first] == UInt8(ascii: "[") else {
            takeLines(body)
            return
        }
        do throws(Broken) {
            try takeArray(body, from: first)
        } catch {
            if type == "application/json" { throw error }
            ranges = []
            takeLines(body)
        }
    }

    private static let lineTypes = ["text/plain", "application/x-ndjson"]

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    private mutating func takeLines(_ body: [UInt8]) {
        var start = 0
        for (end, byte) in body.enumerated() where byte == 0x0A {
            ranges.append(start..<end)
            start = end + 1
        }
        if start < body.count { ranges.append(start..<body.count) }
    }

    /// `[{...},{...}]`: a comma outside strings and nested values separates two elements.
    private mutating func takeArray(_ body: [UInt8], from first: Int) throws(Broken) {
        var (start, depth, isString, isEscaped) = (first + 1, 0, false, false)
        for at in first..<body.count {
            let byte = body[at]
            if isString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else {
                    isString = byte != UInt8(ascii: "\"")
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                guard depth == 0 else { continue }
                let isEmpty = ranges.isEmpty && body[start..<at].allSatisfy(Self.isSpace)
                if !isEmpty { ranges.append(start..<at) }
                guard let more = body[(at + 1)...].firstIndex(where: { !Self.isSpace($0) }) else { return }
                throw Broken(offset: more)
            case UInt8(ascii: ",") where depth == 1:
                ranges.append(start..<at)
                start = at + 1
            default: continue
            }
        }
        throw Broken(offset: body.count)
    }
}
