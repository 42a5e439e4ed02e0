/// Durations as people write them: `500ms`, `15s`, `1.5s`, `10m`, `1h`, `30d`.
public enum DurationText {
    static let examples = "500ms, 15s, 10m, 1h, 30d"
    /// The longest accepted duration: ten years.
    public static let limit = Duration.seconds(3_650 * 86_400)
    /// The finest step: a millionth of the unit in use.
    private static let fractionDigits = 6

    private static let milliseconds: [(unit: String, count: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]

    /// Returns nil if the text is not a duration; throws if more can be said.
    public static func parse(_ text: String) throws(SettingProblem) -> Duration? {
        let number = text.prefix { $0.isASCII && ($0.isWholeNumber || $0 == ".") }
        let unit = text[number.endIndex...]
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        guard !unit.isEmpty else {
            throw SettingProblem(
                message: "\(RawSetting.quoted(text)) has no unit: write \(text.prefix(12))s for seconds")
        }
        guard let factor = milliseconds.first(where: { $0.unit == unit })?.count else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard fraction.count <= fractionDigits else { return nil }
        let digits = parts[0] + fraction + String(repeating: "0", count: fractionDigits - fraction.count)
        // The digits count millionths, and a millionth of a millisecond is a nanosecond.
        guard let millionths = Int64(digits) else { throw tooLong(text) }
        let (nanoseconds, overflow) = millionths.multipliedReportingOverflow(by: factor)
        guard !overflow, .nanoseconds(nanoseconds) <= limit else { throw tooLong(text) }
        return .nanoseconds(nanoseconds)
    }

    private static func tooLong(_ text: String) -> SettingProblem {
        SettingProblem(message: "\(RawSetting.quoted(text)) is longer than \(self.text(limit))")
    }

    /// The duration in the largest unit of which it is a whole multiple.
    @Sendable public static func text(_ duration: Duration) -> String {
        let nanoseconds = duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
        guard nanoseconds != 0 else { return "0s" }
        for (unit, count) in milliseconds where nanoseconds.isMultiple(of: count * 1_000_000) {
            return "\(nanoseconds / (count * 1_000_000))\(unit)"
        }
        return "\(Double(nanoseconds) / 1_000_000)ms"
    }
}
