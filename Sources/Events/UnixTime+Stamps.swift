import Sessions

extension UnixTime {
    /// Parses a complete text as a time.
    init?(text: some Collection<UInt8>) {
        let parsed = text.withContiguousStorageIfAvailable { unsafe UnixTime(parsing: $0.span) }
        guard let time = parsed ?? UnixTime(parsing: Array(text).span) else { return nil }
        self = time
    }

    /// Parses a timestamp in seconds, milliseconds, microseconds or nanoseconds since the epoch, or in ISO 8601. Nil if
    /// the text has no date (`10:15AM`); throws if it has the shape of a time but is not one.
    static func stamped(_ text: ArraySlice<UInt8>, isNumber: Bool) throws(LineFault) -> UnixTime? {
        if isNumber || text.allSatisfy(\.isDigit) {
            let digits = text.prefix(while: \.isDigit).count
            // Zap and some other loggers write 16 or 19 digits.
            let whole = digits >= 15 ? text.prefix(while: \.isDigit).dropLast(digits >= 18 ? 6 : 3) : text
            guard let time = UnixTime(text: whole) else { throw .badTime }
            return time
        }
        if let stamp = TimeStamp(text) {
            if stamp.isBad { throw .badTime }
            return stamp.time ?? UnixTime(text: text)
        }
        return UnixTime(text: text)
    }
}
