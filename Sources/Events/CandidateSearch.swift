/// A search of one chunk for the lines that must be read: those that ``CandidateFilter`` passes, and those that may
/// match a user's rule.
struct CandidateSearch {
    private let words: [RuleWord]
    /// The next position of the filter's needles and of each word. A position before the current one is searched anew.
    private var next: [Int?]
    private var isNew = true

    init(_ words: [RuleWord]) {
        self.words = words
        next = Array(repeating: nil, count: words.count + 1)
    }

    /// A position inside the first line that must be read from `start` on. `start` must never decrease.
    mutating func nextHit(in text: Span<UInt8>, from start: Int) -> Int? {
        if words.isEmpty { return CandidateFilter.nextHit(in: text, from: start) }
        for number in next.indices where isNew || next[number].map({ $0 < start }) == true {
            next[number] =
                number == 0
                ? CandidateFilter.nextHit(in: text, from: start) : words[number - 1].nextHit(in: text, from: start)
        }
        isNew = false
        return next.compactMap(\.self).min()
    }
}
