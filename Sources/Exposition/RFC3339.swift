/// Times as RFC 3339 writes them, in UTC with milliseconds: `2026-11-22T18:07:49.123Z`.
public enum RFC3339 {
    /// The text of a Unix time in seconds. RFC 3339 has years of four digits, so a time before year 0 or after 9999 is
    /// shown as the nearest one that has them, and a NaN as the earliest.
    public static func text(_ seconds: Double) -> String {
        let earliest = -62_167_219_200_000.0
        let latest = 253_402_300_799_999.0
        let rounded = (seconds * 1_000).rounded()
        let milliseconds = Int(rounded.isNaN ? earliest : min(max(rounded, earliest), latest))
        let (days, millisecondsOfDay) = milliseconds.floorDivided(by: 86_400_000)
        let (year, month, day) = date(daysSinceEpoch: days)
        let secondsOfDay = millisecondsOfDay / 1_000

        var text: [UInt8] = []
        text.reserveCapacity(24)
        text.append(number: year, digits: 4)
        for (separator, number, digits) in [
            ("-", month, 2), ("-", day, 2), ("T", secondsOfDay / 3_600, 2), (":", secondsOfDay / 60 % 60, 2),
            (":", secondsOfDay % 60, 2), (".", millisecondsOfDay % 1_000, 3),
        ] {
            text.append(contentsOf: separator.utf8)
            text.append(number: number, digits: digits)
        }
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    /// The date in the proleptic Gregorian calendar. The computation begins years in March, so that the leap day is the
    /// last of its year, and counts in eras of 400 years, after which the calendar repeats.
    private static func date(daysSinceEpoch: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (daysSinceEpoch + 719_468).floorDivided(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

extension Int {
    /// The quotient rounded down, and the remainder, which is never negative.
    fileprivate func floorDivided(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension [UInt8] {
    /// Appends a number, filled up with leading zeros.
    fileprivate mutating func append(number: Int, digits: Int) {
        let text = String(number)
        append(contentsOf: repeatElement(UInt8(ascii: "0"), count: Swift.max(0, digits - text.utf8.count)))
        append(contentsOf: text.utf8)
    }
}
