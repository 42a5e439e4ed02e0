@testable import Events

/// The wrappers around a line: never a trap, bounded, and what is inside is no longer than the line.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzUnwrapping(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    for line in unsafe Input(start, count).lines {
        let unwrapped = UnwrappedLine(line[...])
        require(unwrapped.wrappers.count <= LineLimits.wrappers, "too many wrappers")
        require(unwrapped.line.count <= line.count && unwrapped.piece.count <= line.count, "the inside is longer")
        require(!unwrapped.continues || unwrapped.stream != nil, "a piece without a stream")
    }
    return 0
}
