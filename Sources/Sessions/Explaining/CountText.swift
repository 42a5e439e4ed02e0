// Numbers as people read them.

/// Returns a count with its noun: `1 session`, `1,204 sessions`.
public func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    "\(grouped(count)) \(count == 1 ? one : many ?? one + "s")"
}

/// Returns a number with grouped digits: `1,048,576`.
public func grouped(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var text = ""
    while digits.count > 3 {
        text = "," + digits.suffix(3) + text
        digits.removeLast(3)
    }
    return (number < 0 ? "-" : "") + digits + text
}
