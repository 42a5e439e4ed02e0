@testable import Events

/// JSON of every logger: a line that is compared with its kind comes to what it comes to when it is read.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSONLines(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var (quick, slow) = (LineReader(), LineReader())
    slow.usesTemplates = false
    let lines = unsafe Input(start, count).lines
    // Twice, so that each line's kind is known once.
    let fullScans = Invariants.outcomes(of: lines + lines, &quick)
    require(fullScans == Invariants.outcomes(of: lines + lines, &slow), "a known kind is read otherwise")
    return 0
}
