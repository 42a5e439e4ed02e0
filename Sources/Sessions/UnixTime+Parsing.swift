extension UnixTime {
    /// The longest text that is read as a time.
    static let textLimit = 40

    /// Reads seconds or milliseconds since the epoch (`1787307302`, `1787307302.5`, `1787307302500`, `1.7873e9`) or ISO
    /// 8601 (`2026-08-21T10:15:02.123Z`, `2026-08-21 12:15:02+02:00`; without an offset it is UTC). Nil if the text is
    /// no time, or one outside ``plausible``.
    public init?(parsing text: Span<UInt8>) {
        guard (1...Self.textLimit).contains(text.count) else { return nil }
        let parsed = text.count > 4 && text[4] == UInt8(ascii: "-") ? Self.iso8601(text) : Self.number(text)
        guard let parsed, Self.plausible.contains(parsed) else { return nil }
        self = parsed
    }

    /// Reads ISO 8601 alone, in any year. It is for what people write, where nothing is guessed.
    public init?(iso8601 text: Span<UInt8>) {
        guard (1...Self.textLimit).contains(text.count), text.count > 4, text[4] == UInt8(ascii: "-"),
            let time = Self.iso8601(text)
        else { return nil }
        self = time
    }

    private static func number(_ text: Span<UInt8>) -> UnixTime? {
        var integer: Int64 = 0
        var position = 0
        while position < text.count, let digit = digit(text[position]) {
            guard position < 15 else { return nil }
            integer = integer * 10 + digit
            position += 1
        }
        guard position > 0 else { return nil }
        // A number from here on counts milliseconds. As seconds it would be the year 5138.
        let isMilliseconds = integer >= 100_000_000_000
        if position == text.count { return UnixTime(milliseconds: isMilliseconds ? integer : integer * 1000) }
        guard text[position] == UInt8(ascii: ".") else { return exponential(text) }
        position += 1
        let fractionStart = position
        var fraction: Int64 = 0
        while position < text.count, let digit = digit(text[position]) {
            if position - fractionStart < 3 { fraction = fraction * 10 + digit }
            position += 1
        }
        guard position > fractionStart else { return nil }
        guard position == text.count else { return exponential(text) }
        for _ in min(position - fractionStart, 3)..<3 { fraction *= 10 }
        return UnixTime(milliseconds: isMilliseconds ? integer : integer * 1000 + fraction)
    }

    /// Reads `1.7873073e+09`, which is rare. Some languages print large floats like that.
    private static func exponential(_ text: Span<UInt8>) -> UnixTime? {
        var copy = ""
        for index in text.indices {
            let scalar = Unicode.Scalar(text[index])
            guard "0123456789.eE+-".unicodeScalars.contains(scalar) else { return nil }
            copy.unicodeScalars.append(scalar)
        }
        guard let value = Double(copy), value.isFinite, abs(value) < 1e15 else { return nil }
        return value >= 1e11 ? UnixTime(milliseconds: Int64(value)) : UnixTime(seconds: value)
    }

    private static func digit(_ byte: UInt8) -> Int64? {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int64(byte - UInt8(ascii: "0")) : nil
    }

    /// Returns the number that `count` digits write from `start` on.
    private static func digits(_ text: Span<UInt8>, _ start: Int, _ count: Int) -> Int64? {
        guard start + count <= text.count else { return nil }
        var value: Int64 = 0
        for index in start..<start + count {
            guard let digit = digit(text[index]) else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    private static func iso8601(_ text: Span<UInt8>) -> UnixTime? {
        // 2026-08-21T10:15:02 is 19 bytes, each part at its place.
        guard let year = digits(text, 0, 4), let month = digits(text, 5, 2), let day = digits(text, 8, 2),
            let hour = digits(text, 11, 2), let minute = digits(text, 14, 2), let second = digits(text, 17, 2),
            text[7] == UInt8(ascii: "-"), text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            [UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")].contains(text[10]),
            (1...12).contains(month), (1...daysInMonth(year, month)).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var position = 19
        var fraction: Int64 = 0
        if position < text.count, text[position] == UInt8(ascii: ".") || text[position] == UInt8(ascii: ",") {
            var weight: Int64 = 100
            position += 1
            let start = position
            while position < text.count, let digit = digit(text[position]) {
                fraction += digit * weight
                weight /= 10
                position += 1
            }
            guard position > start else { return nil }
        }
        guard let offset = offsetMinutes(text, position) else { return nil }
        let seconds = daysFromEpoch(year, month, day) * 86_400 + hour * 3600 + (minute - offset) * 60 + second
        return UnixTime(milliseconds: seconds * 1000 + fraction)
    }

    /// Reads `Z`, `+02:00`, `+0200`, `+02`, or nothing, which is UTC.
    private static func offsetMinutes(_ text: Span<UInt8>, _ start: Int) -> Int64? {
        guard start < text.count else { return 0 }
        if text[start] == UInt8(ascii: "Z") || text[start] == UInt8(ascii: "z") {
            return start + 1 == text.count ? 0 : nil
        }
        guard text[start] == UInt8(ascii: "+") || text[start] == UInt8(ascii: "-"),
            let hours = digits(text, start + 1, 2)
        else { return nil }
        var position = start + 3
        let hasMinutes = position < text.count
        if hasMinutes, text[position] == UInt8(ascii: ":") { position += 1 }
        guard let minutes = hasMinutes ? digits(text, position, 2) : 0, hours < 24, minutes < 60,
            !hasMinutes || position + 2 == text.count
        else { return nil }
        return (hours * 60 + minutes) * (text[start] == UInt8(ascii: "-") ? -1 : 1)
    }

    private static func daysInMonth(_ year: Int64, _ month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Returns the days since 1970-01-01, by Howard Hinnant's `days_from_civil` for years after 0.
    private static func daysFromEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = y / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
