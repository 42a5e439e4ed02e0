import Sessions

@testable import Events

/// Rules of one's own: the input's first line is the rule, its parts between tabs.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRules(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let lines = unsafe Input(start, count).lines
    let parts = String(decoding: lines[0], as: UTF8.self).split(separator: "\t", omittingEmptySubsequences: false)
    func part(_ place: Int) -> String? { place < parts.count && !parts[place].isEmpty ? String(parts[place]) : nil }
    let rule = LogRule(
        match: part(0) ?? "", matchField: part(1), kind: LogEvent.Kind.allCases[parts.count % 10], session: part(2),
        node: part(3), owner: part(4), time: part(5), cookie: part(6))
    _ = rule.mistakes.map(\.description)
    var reader = LineReader(LineReader.Options(rules: [rule], maxIDLength: 64))
    let text = Array(lines.dropFirst().joined(separator: [0x0A]))
    _ = reader.readLines(in: text.span, at: 0, isLast: true) { Invariants.check($0, maxIDLength: 64) }
    Invariants.check(reader)
    return 0
}
