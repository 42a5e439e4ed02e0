/// A Unix time in seconds as RFC 3339 in UTC with milliseconds: `2026-11-22T18:07:49.123Z`.
///
/// RFC 3339 has years of four digits: times outside of 0000 to 9999 are shown as the nearest one inside, and a NaN as
/// the earliest.
public func rfc3339(_ seconds: Double) -> String {
    let earliest = -62_167_219_200_000.0
    let latest = 253_402_300_799_999.0
    let rounded = (seconds * 1_000).rounded()
    let milliseconds = Int(rounded.isNaN ? earliest : min(max(rounded, earliest), latest))
    let (days, millisecondsOfDay) = milliseconds.floorDivided(by: 86_400_000)
    let (year, month, day) = civilDate(daysSinceEpoch: days)
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

/// Year, month and day of a number of days since 1970-01-01, in the proleptic Gregorian calendar. Years are counted
/// from March here, so that the leap day is the last of its year; an era is the 400 years after which all repeats.
private func civilDate(daysSinceEpoch: Int) -> (year: Int, month: Int, day: Int) {
    let (era, dayOfEra) = (daysSinceEpoch + 719_468).floorDivided(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
}

extension Int {
    /// Quotient rounded down and the remainder, which is never negative.
    fileprivate func floorDivided(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension [UInt8] {
    /// A number with zeros in front up to so many digits.
    fileprivate mutating func append(number: Int, digits: Int) {
        let text = String(number)
        append(contentsOf: repeatElement(UInt8(ascii: "0"), count: Swift.max(0, digits - text.utf8.count)))
        append(contentsOf: text.utf8)
    }
}
