/// A duration as people say it, the two largest units: `12s`, `3m12s`, `5h3m`, `29d23h`; `?` for what is none.
public func spokenDuration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e12 else { return "?" }
    let whole = Int(max(seconds, 0))
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")]
    guard let first = units.firstIndex(where: { whole >= $0.0 }) else { return "0s" }
    let large = "\(whole / units[first].0)\(units[first].1)"
    guard first + 1 < units.count else { return large }
    let rest = whole % units[first].0 / units[first + 1].0
    return rest == 0 ? large : large + "\(rest)\(units[first + 1].1)"
}
