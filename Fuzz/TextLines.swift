@testable import Events

/// Text lines, each format by itself as the first byte chooses, or whichever fits.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTextLines(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe Input(start, count)
    let formats = [nil] + LineFormat.allCases.filter { !$0.isJSON }
    var reader = LineReader(LineReader.Options(format: formats[input.choice % formats.count]))
    let lines = input.rest.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
    _ = Invariants.outcomes(of: lines, &reader)
    return 0
}
