// Escapes and numbers, which both formats write alike.

extension [UInt8] {
    /// Appends text with backslash and line feed escaped, and on request the double quote.
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

    /// Appends the shortest text that reads back as the same double. Whole numbers up to 2^53 get plain digits, without
    /// the `.0` of Swift's own text.
    mutating func append(sample value: Double) {
        if let whole = Int(exactly: value), whole.magnitude <= 1 << 53 {
            append(sample: whole)
        } else {
            append(float: value)
        }
    }

    /// Appends a double that always looks like one: `60.0`, `0.005`, `+Inf`. OpenMetrics demands that for `le`. Text
    /// 0.0.4 gets the same, so the series stay the same whichever format was scraped.
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
