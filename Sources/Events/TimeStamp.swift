import Sessions

/// A timestamp at the beginning of a text, in one of the shapes that loggers write.
struct TimeStamp {
    /// The end of the timestamp, including a closing bracket.
    let end: Int
    /// The time; nil if the shape lacks a date or a known zone (`10:15:02.123`, `Aug 21 10:15:02`).
    let time: UnixTime?
    /// True if the date does not exist.
    let isBad: Bool
    /// True if date and time are one word, as in ISO 8601.
    let isISO: Bool

    /// Reads `2026-08-21T10:15:02.123Z`, `2026-08-21 10:15:02,001 +02:00`, `2026/08/21 10:15:02`, `08/21/26 10:15:02`,
    /// `08/21/2026, 10:15:03 AM`, `10:15:02.123` or `Aug 21 10:15:02`, each also in square brackets.
    init?(_ text: ArraySlice<UInt8>) {
        var at = text.startIndex
        let isBracketed = text.first == UInt8(ascii: "[")
        if isBracketed { at += 1 }
        let shape = text[at...]
        if let end = Self.match(Shape.date, shape) ?? Self.match(Shape.slashedDate, shape) {
            guard end < text.endIndex,
                text[end] == UInt8(ascii: "T") || text[end] == UInt8(ascii: "t") || text[end] == 0x20,
                let clock = Self.clock(text[(end + 1)...])
            else { return nil }
            at = Self.zone(text[clock...])
            isISO = text[end] != 0x20
            let written = text[shape.startIndex..<at].map { $0 == UInt8(ascii: "/") ? UInt8(ascii: "-") : $0 }
            time = UnixTime(text: written) ?? Self.spaced(written)
            isBad = time == nil
        } else if let end = Self.match(Shape.americanDate, shape) ?? Self.match(Shape.shortDate, shape) ?? Self.match(
            Shape.monthAndDay, shape)
            ?? Self.match(Shape.monthAndShortDay, shape), let clock = Self.clock(text[end...])
        {
            at = clock
            for half in [" AM", " PM"] where text[at...].starts(with: half) { at += 3 }
            (time, isBad, isISO) = (nil, false, false)
        } else if let clock = Self.clock(shape) {
            at = clock
            (time, isBad, isISO) = (nil, false, false)
        } else {
            return nil
        }
        if isBracketed {
            guard at < text.endIndex, text[at] == UInt8(ascii: "]") else { return nil }
            at += 1
        }
        guard at == text.endIndex || text[at].isSpace || ":,|".utf8.contains(text[at]) || isBracketed else {
            return nil
        }
        end = at
    }

    /// True if a text is only a date and time, or the beginning of one, like a line that was cut while it was written.
    static func isAll(of text: ArraySlice<UInt8>) -> Bool {
        text.count >= 8 && match(Shape.year, text) != nil
            && text.allSatisfy { $0.isDigit || "-T:.,Z+ ".utf8.contains($0) }
    }

    /// The shapes, in which `#` is a digit, `?` a letter and `_` a space.
    private enum Shape {
        static let date = Array("####-##-##".utf8)
        static let slashedDate = Array("####/##/##".utf8)
        static let americanDate = Array("##/##/####, ".utf8)
        static let shortDate = Array("##/##/## ".utf8)
        static let monthAndDay = Array("??? ## ".utf8)
        static let monthAndShortDay = Array("??? _# ".utf8)
        static let year = Array("####-".utf8)
        static let time = Array("##:##:##".utf8)
        static let hours = Array("##:##".utf8)
        static let fourDigits = Array("####".utf8)
    }

    /// The end of the shape; nil if the text has another shape.
    private static func match(_ shape: [UInt8], _ text: ArraySlice<UInt8>) -> Int? {
        var at = text.startIndex
        for wanted in shape {
            guard at < text.endIndex else { return nil }
            let byte = text[at]
            let fits =
                switch wanted {
                case UInt8(ascii: "#"): byte.isDigit
                case UInt8(ascii: "?"): byte.isLetter
                case UInt8(ascii: "_"): byte == 0x20
                default: byte == wanted
                }
            guard fits else { return nil }
            at += 1
        }
        return at
    }

    /// The end of a time such as `10:15:02`, possibly with a fraction after a point or comma.
    private static func clock(_ text: ArraySlice<UInt8>) -> Int? {
        guard var at = match(Shape.time, text) else { return nil }
        if at + 1 < text.endIndex, text[at] == UInt8(ascii: ".") || text[at] == UInt8(ascii: ","), text[at + 1].isDigit
        {
            at += 1
            while at < text.endIndex, text[at].isDigit { at += 1 }
        }
        return at
    }

    /// The end of a zone such as `Z`, `+02:00` or ` +0200`.
    private static func zone(_ text: ArraySlice<UInt8>) -> Int {
        let start = text.startIndex
        if text.first == UInt8(ascii: "Z") || text.first == UInt8(ascii: "z") { return start + 1 }
        let signed = text.first == 0x20 ? text.dropFirst() : text
        guard signed.first == UInt8(ascii: "+") || signed.first == UInt8(ascii: "-") else { return start }
        return match(Shape.hours, signed.dropFirst()) ?? match(Shape.fourDigits, signed.dropFirst()) ?? start
    }

    /// Reads `2026-08-21 10:15:02.123 +00:00`, whose space before the offset is not ISO 8601.
    private static func spaced(_ text: [UInt8]) -> UnixTime? {
        guard let space = text.lastIndex(of: 0x20), space > 11 else { return nil }
        return UnixTime(text: text[..<space] + text[(space + 1)...])
    }
}
