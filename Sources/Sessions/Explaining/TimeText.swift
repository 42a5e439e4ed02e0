/// Durations and ages in the form that people use.
public enum TimeText {
    /// Returns the two largest units: `12s`, `3m12s`, `5h3m`, `29d23h`.
    public static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e12 else { return "?" }
        let total = Int(max(seconds, 0))
        let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")]
        guard let first = units.firstIndex(where: { total >= $0.0 }) else { return "0s" }
        let large = "\(total / units[first].0)\(units[first].1)"
        guard first + 1 < units.count else { return large }
        let rest = total % units[first].0 / units[first + 1].0
        return rest == 0 ? large : large + "\(rest)\(units[first + 1].1)"
    }

    /// Returns an age, such as `3m12s ago`, or `in 29d23h` for a time in the future.
    public static func age(_ seconds: Double) -> String {
        seconds < 0 ? "in \(duration(-seconds))" : "\(duration(seconds)) ago"
    }
}
