/// A word that every line matching a rule contains: the longest run of letters and digits in the rule's match. Other
/// characters may be escaped or coloured in the line, or interrupted by fields.
struct RuleWord: Sendable {
    /// The word with bit 5 of each byte set; empty if the match has no such word, so that any line may match.
    private let word: [UInt8]

    init(of rule: LogRule) {
        var (longest, run): ([UInt8], [UInt8]) = ([], [])
        for byte in rule.match.utf8 {
            if byte.isLetter || byte.isDigit { run.append(byte | 0x20) } else { run = [] }
            if run.count > longest.count { longest = run }
        }
        word = longest
    }

    /// The first position of the word from `start` on.
    func nextHit(in text: Span<UInt8>, from start: Int) -> Int? {
        guard let first = word.first, let last = word.last else { return start < text.count ? start : nil }
        return unsafe text.withUnsafeBytes { bytes in
            let (firsts, lasts) = (SIMD16(repeating: first), SIMD16(repeating: last))
            let fold = SIMD16<UInt8>(repeating: 0x20)
            var at = start
            while at + word.count - 1 + 16 <= bytes.count {
                let heads = unsafe bytes.loadUnaligned(fromByteOffset: at, as: SIMD16<UInt8>.self) | fold
                let tails = unsafe bytes.loadUnaligned(fromByteOffset: at + word.count - 1, as: SIMD16<UInt8>.self)
                let found = (heads .== firsts) .& (tails | fold .== lasts)
                let lanes = unsafe unsafeBitCast(found, to: SIMD2<UInt64>.self)
                if lanes[0] | lanes[1] != 0, let hit = unsafe verified(bytes, at..<at + 16) { return hit }
                at += 16
            }
            return unsafe verified(bytes, at..<max(at, bytes.count - word.count + 1))
        }
    }

    private func verified(_ bytes: UnsafeRawBufferPointer, _ places: Range<Int>) -> Int? {
        places.first { place in
            word.indices.allSatisfy { unsafe bytes[place + $0] | 0x20 == word[$0] }
        }
    }
}
