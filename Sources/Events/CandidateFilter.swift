/// Finds the few lines of a log that may tell of a session, so that the others cost no parsing.
///
/// A line is a candidate if it contains one of ``needles``, without regard to case. Each event's line does: it names a
/// session (`ession`, a `sid` field), an owner, a misroute, the registry, or the header of a sessionless request. A
/// piece of a partial line is one too, since a needle may be cut in two. What it costs is that broken lines without any
/// of these (a torn line's first half) are passed by instead of counted as malformed.
public enum CandidateFilter {
    /// In lower case, with bit 5 of each byte set (`\` is then `|`).
    static let needles: [String] = [
        "ession", "owner", "isroute", "cp-method", "cp-protocol", "redis", "registry",
        "sid\"", "sid=", "sid:", "sid|", "stdout p ", "stderr p ",
    ]

    /// Whether a line is to be read.
    public static func isCandidate(_ line: Span<UInt8>) -> Bool { nextHit(in: line, from: 0) != nil }

    /// Where, from `start` on, the first needle is found: a position inside it. A line that holds it may begin before
    /// `start`.
    public static func nextHit(in text: Span<UInt8>, from start: Int) -> Int? {
        unsafe text.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var at = start
            // Two vectors at a time, each read at three neighbouring positions.
            while at + stride + 2 <= bytes.count {
                let mask = unsafe seeds(base + at) .| seeds(base + at + 16)
                let words = unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
                if words[0] | words[1] != 0, let hit = unsafe verified(bytes, at..<at + stride) { return hit }
                at += stride
            }
            return unsafe verified(bytes, at..<bytes.count)
        }
    }

    private static let stride = 32

    /// Two or three neighbouring bytes of each needle, rare enough in other text, and where they stand in it.
    static let seedBytes: [(seed: String, needle: String, offset: Int)] = [
        ("ssi", "ession", 1), ("wn", "owner", 1), ("sr", "isroute", 1), ("p-", "cp-method", 1),
        ("p-", "cp-protocol", 1),
        ("edi", "redis", 1), ("gis", "registry", 2), ("sid", "sid\"", 0), ("sid", "sid=", 0), ("sid", "sid:", 0),
        ("sid", "sid|", 0), (" p ", "stdout p ", 6), (" p ", "stderr p ", 6),
    ]

    private static let plans = seedBytes.map { (needle: Array($0.needle.utf8), offset: $0.offset) }

    /// A lane is set where a seed begins. Comparing 16 positions with all seeds takes about 50 instructions, 2-3 GB/s.
    @inline(__always)
    private static func seeds(_ at: UnsafeRawPointer) -> SIMDMask<SIMD16<Int8>> {
        let fold = SIMD16<UInt8>(repeating: 0x20)
        let a = unsafe at.loadUnaligned(as: SIMD16<UInt8>.self) | fold
        let b = unsafe (at + 1).loadUnaligned(as: SIMD16<UInt8>.self) | fold
        let c = unsafe (at + 2).loadUnaligned(as: SIMD16<UInt8>.self) | fold
        let isS = a .== all("s")
        var found = isS .& (b .== all("s")) .& (c .== all("i"))
        found .|= isS .& (b .== all("i")) .& (c .== all("d"))
        found .|= isS .& (b .== all("r"))
        found .|= (a .== all("w")) .& (b .== all("n"))
        found .|= (a .== all("p")) .& (b .== all("-"))
        found .|= (a .== all("e")) .& (b .== all("d")) .& (c .== all("i"))
        found .|= (a .== all("g")) .& (b .== all("i")) .& (c .== all("s"))
        return found .| ((a .== all(" ")) .& (b .== all("p")) .& (c .== all(" ")))
    }

    @inline(__always)
    private static func all(_ scalar: Unicode.Scalar) -> SIMD16<UInt8> { SIMD16(repeating: UInt8(ascii: scalar)) }

    /// The first of `range` where a seed stands in its whole needle.
    private static func verified(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int? {
        for at in range {
            switch unsafe bytes[at] | 0x20 {
            case UInt8(ascii: "s"), UInt8(ascii: "w"), UInt8(ascii: "p"), UInt8(ascii: "e"), UInt8(ascii: "g"), 0x20:
                for plan in plans {
                    let first = at - plan.offset
                    guard first >= 0, first + plan.needle.count <= bytes.count else { continue }
                    var length = 0
                    while length < plan.needle.count, unsafe bytes[first + length] | 0x20 == plan.needle[length] {
                        length += 1
                    }
                    if length == plan.needle.count { return at }
                }
            default: continue
            }
        }
        return nil
    }
}
