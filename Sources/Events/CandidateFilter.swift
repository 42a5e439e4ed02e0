/// A fast filter for the few lines of a log that may concern a session; the others need no parsing.
///
/// A line is a candidate if it contains one of ``needles``, in upper or lower case. The line of every event does: it
/// names a session (`ession`, a `sid` field), an owner, a misroute, the registry, or the header of a sessionless
/// request. A piece of a partial line is a candidate too, since a needle may be split. The price: a broken line without
/// a needle, such as the first half of a torn line, is skipped instead of counted as malformed.
public enum CandidateFilter {
    /// The needles in lower case. Bit 5 of each byte is set, so `\` becomes `|`.
    static let needles: [String] = [
        "ession", "owner", "isroute", "cp-method", "cp-protocol", "redis", "registry",
        "sid\"", "sid=", "sid:", "sid|", "stdout p ", "stderr p ",
    ]

    /// True if a line must be read.
    public static func isCandidate(_ line: Span<UInt8>) -> Bool { nextHit(in: line, from: 0) != nil }

    /// A position inside the first needle from `start` on; nil if there is none. Its line may begin before `start`.
    public static func nextHit(in text: Span<UInt8>, from start: Int) -> Int? {
        unsafe text.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var at = start
            // Two vectors per step, each read at three adjacent positions.
            while at + stride + 2 <= bytes.count {
                let (first, second) = unsafe (seeds(base + at), seeds(base + at + 16))
                if let hit = unsafe hit(bytes, at, first) ?? hit(bytes, at + 16, second) { return hit }
                at += stride
            }
            while at < bytes.count {
                if unsafe isNeedle(bytes, around: at) { return at }
                at += 1
            }
            return nil
        }
    }

    private static let stride = 32

    /// The seed of each needle, two or three adjacent bytes that are rare in other text, and its offset.
    static let seedBytes: [(seed: String, needle: String, offset: Int)] = [
        ("ssi", "ession", 1), ("wn", "owner", 1), ("sr", "isroute", 1), ("p-", "cp-method", 1),
        ("p-", "cp-protocol", 1),
        ("edi", "redis", 1), ("gis", "registry", 2), ("sid", "sid\"", 0), ("sid", "sid=", 0), ("sid", "sid:", 0),
        ("sid", "sid|", 0), (" p ", "stdout p ", 6), (" p ", "stderr p ", 6),
    ]

    /// A needle's bytes as little-endian numbers, and the offset of its seed.
    private struct Plan {
        let seed: UInt8
        let offset: Int
        let length: Int
        let head: UInt64
        let tail: UInt64
    }

    private static let plans = seedBytes.map { plan in
        func word(_ text: some BidirectionalCollection<UInt8>) -> UInt64 {
            text.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        let needle = Array(plan.needle.utf8)
        return Plan(
            seed: plan.seed.utf8.first!, offset: plan.offset, length: needle.count, head: word(needle.prefix(8)),
            tail: word(needle.dropFirst(8)))
    }

    /// The first set lane whose seed is part of a complete needle.
    @inline(__always)
    private static func hit(
        _ bytes: UnsafeRawBufferPointer, _ at: Int, _ lanes: SIMDMask<SIMD16<Int8>>
    ) -> Int? {
        let words = unsafe unsafeBitCast(lanes, to: SIMD2<UInt64>.self)
        if words[0] | words[1] == 0 { return nil }
        for half in 0..<2 {
            var word = words[half]
            while word != 0 {
                let lane = word.trailingZeroBitCount / 8
                let place = at + half * 8 + lane
                if unsafe isNeedle(bytes, around: place) { return place }
                word &= ~(0xFF << UInt64(lane * 8))
            }
        }
        return nil
    }

    /// True if one of the needles has its seed at `place`.
    private static func isNeedle(_ bytes: UnsafeRawBufferPointer, around place: Int) -> Bool {
        let seed = unsafe bytes[place] | 0x20
        for plan in plans where plan.seed == seed {
            let first = place - plan.offset
            guard first >= 0, first + plan.length <= bytes.count else { continue }
            let head = unsafe folded(bytes, first, min(plan.length, 8))
            guard head == plan.head else { continue }
            if plan.length <= 8 { return true }
            if unsafe folded(bytes, first + 8, plan.length - 8) == plan.tail { return true }
        }
        return false
    }

    /// Up to eight bytes as a little-endian number, with bit 5 of each set.
    private static func folded(_ bytes: UnsafeRawBufferPointer, _ first: Int, _ count: Int) -> UInt64 {
        var word: UInt64 = 0
        for place in (0..<count).reversed() { word = word << 8 | UInt64(unsafe bytes[first + place] | 0x20) }
        return word
    }

    /// A mask of the lanes where a seed begins. Comparing 16 positions with all seeds takes about 50 instructions,
    /// which gives 2-3 GB/s.
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
}
