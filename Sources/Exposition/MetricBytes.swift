// Escapes and numbers as both exposition formats write them.
extension [UInt8] {
    /// Appends text with backslash and line feed escaped, and the double quote too where asked for.
    mutating func appendEscaped(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): append(contentsOf: #"\\"#.utf8)
            case UInt8(ascii: "\n"): append(contentsOf: #"\n"#.utf8)
            case UInt8(ascii: "\"") where quotes: append(contentsOf: #"\""#.utf8)
            default: append(byte)
            }
        }
    }

    /// Appends a whole number in plain digits.
    mutating func append(sample value: Int) {
        append(contentsOf: String(value).utf8)
    }

    /// Appends the shortest text that reads back as the same double. Whole numbers that a double holds exactly
    /// (up to 2^53) are written in plain digits: Swift's own text would add `.0`.
    mutating func append(sample value: Double) {
        if let whole = Int(exactly: value), whole.magnitude <= 1 << 53 {
            append(sample: whole)
        } else {
            append(float: value)
        }
    }

    /// Appends a double that always looks like one: `60.0`, `0.005`, `+Inf`. Buckets' `le` is written so in both
    /// formats, because OpenMetrics demands it and one text keeps the series the same whichever was scraped.
    mutating func append(float value: Double) {
        if value.isNaN {
            append(contentsOf: "NaN".utf8)
        } else if value.isInfinite {
            append(contentsOf: (value < 0 ? "-Inf" : "+Inf").utf8)
        } else {
            append(contentsOf: value.description.utf8)
        }
    }
}
