@testable import Events

/// A source in chunks comes to what it comes to as a whole, and a reader that starts anew at the settled position, passing
/// over what was counted, to the rest. The first byte chooses the cuts and the stop.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzChunks(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe Input(start, count)
    let text = Array(input.rest)
    var whole: [LineReading.Outcome] = []
    var reader = LineReader()
    let end = reader.readLines(in: text.span, at: 0, isLast: true) { whole.append($0) }
    require(end.readTo == text.count && end.settledAt == text.count && end.counted == 0, "not read to the end")
    for outcome in whole { Invariants.check(outcome) }

    let stop = text.count * (input.choice / 16) / 16
    let (before, read) = outcomes(of: text, from: 0, to: stop, step: 1 + input.choice % 16 * 7)
    let (again, last) = outcomes(of: text, from: read.settledAt, to: text.count, step: 50)
    require(
        again.count >= read.counted && (last.readTo, last.settledAt, last.counted) == (end.readTo, end.settledAt, 0),
        "not read to the end after a stop")
    // What is foreign to a source hangs on what was read before.
    let events = (before + again.dropFirst(read.counted)).filter { if case .event = $0 { true } else { false } }
    require(
        stop > 0 || events == whole.filter { if case .event = $0 { true } else { false } }, "chunks read otherwise")
    return 0
}

private func outcomes(
    of text: [UInt8], from start: UInt64, to end: Int, step: Int
) -> (outcomes: [LineReading.Outcome], read: LinesRead) {
    var reader = LineReader()
    var outcomes: [LineReading.Outcome] = []
    var read = LinesRead(readTo: start, settledAt: start, counted: 0, lines: 0)
    var available = Int(start)
    repeat {
        available = min(available + step, end)
        read = reader.readLines(
            in: text.span.extracting(Int(read.readTo)..<max(available, Int(read.readTo))), at: read.readTo,
            isLast: available == text.count
        ) { outcomes.append($0) }
        Invariants.check(reader)
    } while available < end
    return (outcomes, read)
}
