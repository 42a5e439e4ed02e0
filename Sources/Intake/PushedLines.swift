/// The lines of a pushed body: one JSON object or text a line (NDJSON), or the elements of one JSON array.
public struct PushedLines {
    /// Why a body is none of it.
    public struct Broken: Error {
        /// In bytes from the body's beginning.
        public let offset: Int
    }

    public private(set) var ranges: [Range<Int>] = []

    /// Takes a body apart without looking into its elements. What is sent as text or NDJSON is lines, and what is sent as
    /// JSON is a whole array where it begins like one. Of anything else that begins so, it depends: log lines may, too, as
    /// `[2026-11-22 18:07:49] WARN session not found`.
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

    /// `[{...},{...}]`: a comma that is in no string and in no nested value parts two elements.
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
