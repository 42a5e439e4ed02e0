import Sessions

/// A reader of the timestamps of one source. It remembers the last date, since most timestamps repeat it.
struct StampReader: Sendable {
    /// A date such as `2026-08-21` as two numbers, and the time at which it begins.
    private var day: (first: UInt64, last: UInt64, start: UnixTime)?

    /// Reads a timestamp like ``UnixTime/stamped(_:isNumber:)``.
    mutating func read(_ text: some LineText, isNumber: Bool) throws(LineFault) -> UnixTime? {
        if !isNumber, let time = plain(text) { return time }
        return try UnixTime.stamped(Array(text)[...], isNumber: isNumber)
    }

    /// Reads `2026-08-21T10:15:02Z`, with or without a fraction; nil for any other shape.
    mutating func plain(_ text: some LineText) -> UnixTime? {
        guard text.count >= 20, text.count <= 40 else { return nil }
        return text.withContiguousStorageIfAvailable { unsafe plain(UnsafeRawBufferPointer($0)) } ?? nil
    }

    private mutating func plain(_ text: UnsafeRawBufferPointer) -> UnixTime? {
        let last = text.count - 1
        guard unsafe text[10] == UInt8(ascii: "T"), unsafe text[last] == UInt8(ascii: "Z"),
            unsafe text[13] == UInt8(ascii: ":"), unsafe text[16] == UInt8(ascii: ":"),
            let hour = unsafe number(text, 11), let minute = unsafe number(text, 14),
            let second = unsafe number(text, 17), hour < 24, minute < 60, second < 60,
            let fraction = unsafe milliseconds(text, 19..<last), let day = unsafe day(text)
        else { return nil }
        let time = UnixTime(milliseconds: day.milliseconds + (hour * 3600 + minute * 60 + second) * 1000 + fraction)
        return UnixTime.plausible.contains(time) ? time : nil
    }

    /// The time at which the date in the text begins.
    private mutating func day(_ text: UnsafeRawBufferPointer) -> UnixTime? {
        let first = unsafe text.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        let last = unsafe text.loadUnaligned(fromByteOffset: 2, as: UInt64.self)
        if let day, day.first == first, day.last == last { return day.start }
        let head = unsafe Array(text.prefix(10))
        guard let start = UnixTime(text: head + Array("T00:00:00Z".utf8)) else { return nil }
        day = (first, last, start)
        return start
    }

    /// The number that two digits form.
    private func number(_ text: UnsafeRawBufferPointer, _ position: Int) -> Int64? {
        let (tens, ones) = unsafe (text[position] &- 0x30, text[position + 1] &- 0x30)
        return tens < 10 && ones < 10 ? Int64(tens) * 10 + Int64(ones) : nil
    }

    /// The milliseconds of `.123456`; 0 for no text, nil for any other.
    private func milliseconds(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int64? {
        guard let point = range.first else { return 0 }
        guard unsafe text[point] == UInt8(ascii: "."), range.count > 1 else { return nil }
        var (value, weight): (Int64, Int64) = (0, 100)
        for place in range.dropFirst() {
            let digit = unsafe text[place] &- 0x30
            guard digit < 10 else { return nil }
            if weight > 0 { value += Int64(digit) * weight }
            weight = weight == 100 ? 10 : weight == 10 ? 1 : 0
        }
        return value
    }
}
