/// What a fuzzer hands over, taken apart.
struct Input {
    /// A copy of a size of its own, so that a step beyond it is found.
    let bytes: [UInt8]

    init(_ start: UnsafePointer<UInt8>?, _ count: Int) {
        bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    }

    /// The first byte, which chooses among ways to read the rest.
    var choice: Int { Int(bytes.first ?? 0) }
    var rest: ArraySlice<UInt8> { bytes.dropFirst() }

    var lines: [[UInt8]] { bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) } }
}

/// What must hold. Says so in a build that is optimised, too, in which a precondition ends without a word.
func require(_ holds: Bool, _ message: @autoclosure () -> String) {
    if !holds { fatalError(message()) }
}
