/// The times that RFC 3339 writes, such as `2026-12-31T23:59:59Z` and `2026-12-31T23:59:59.5+01:00`.
enum RFC3339Time {
    /// The whole Unix seconds of a time; nil for any other text. There is no 60th second, as no token needs to expire
    /// at a leap second.
    static func unixSeconds(_ text: Substring) -> Int? {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>, in bounds: ClosedRange<Int>) -> Int? {
            guard range.upperBound <= bytes.count, bytes[range].allSatisfy({ (0x30...0x39).contains($0) }),
                let value = Int(String(decoding: bytes[range], as: UTF8.self)), bounds.contains(value)
            else { return nil }
            return value
        }
        func stands(_ character: Unicode.Scalar, at position: Int) -> Bool {
            position < bytes.count && bytes[position] == UInt8(ascii: character)
        }
        guard let year = number(0..<4, in: 0...9999), stands("-", at: 4), let month = number(5..<7, in: 1...12),
            stands("-", at: 7), let day = number(8..<10, in: 1...31), stands("T", at: 10) || stands("t", at: 10),
            let hour = number(11..<13, in: 0...23), stands(":", at: 13), let minute = number(14..<16, in: 0...59),
            stands(":", at: 16), let second = number(17..<19, in: 0...59)
        else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        guard day <= [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] else { return nil }
        var end = 19
        if stands(".", at: end) {
            let digits = bytes[(end + 1)...].prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty else { return nil }
            end += 1 + digits.count
        }
        var offset = 0
        if stands("Z", at: end) || stands("z", at: end) {
            end += 1
        } else {
            guard stands("+", at: end) || stands("-", at: end), let hours = number(end + 1..<end + 3, in: 0...23),
                stands(":", at: end + 3), let minutes = number(end + 4..<end + 6, in: 0...59)
            else { return nil }
            offset = (hours * 3600 + minutes * 60) * (stands("-", at: end) ? -1 : 1)
            end += 6
        }
        guard end == bytes.count else { return nil }
        // Years begin in March here, so that the leap day is the last of its year.
        let (y, m) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        let era = (y >= 0 ? y : y - 399) / 400
        let dayOfEra = (y - era * 400) * 365 + (y - era * 400) / 4 - (y - era * 400) / 100 + (153 * m + 2) / 5 + day - 1
        let days = era * 146_097 + dayOfEra - 719_468
        return days * 86_400 + hour * 3600 + minute * 60 + second - offset
    }
}
