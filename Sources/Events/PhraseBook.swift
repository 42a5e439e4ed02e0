/// The phrases, indexed by their first words.
struct PhraseBook: Sendable {
    private let phrases: [Phrase]
    /// The phrases that begin with each term.
    private let byFirstWord: [[Int]]

    static let standard = PhraseBook(Phrase.patterns.map { Phrase($0) })

    init(_ phrases: [Phrase]) {
        self.phrases = phrases
        var byFirstWord: [[Int]] = []
        for (index, phrase) in phrases.enumerated() {
            for term in phrase.firstWords.map(Int.init) {
                while byFirstWord.count <= term { byFirstWord.append([]) }
                byFirstWord[term].append(index)
            }
        }
        self.byFirstWord = byFirstWord
    }

    /// The first phrase of the book that `message` contains.
    func find(in message: Message) -> (phrase: Phrase, captures: Phrase.Captures)? {
        var best: (index: Int, captures: Phrase.Captures)?
        for position in message.terms.indices {
            let term = Int(message.terms[position])
            guard term < byFirstWord.count else { continue }
            // Indexes rise, so the first one not below the best ends the search at this word.
            for index in byFirstWord[term] {
                if let best, index >= best.index { break }
                if let captures = phrases[index].match(message, at: position) { best = (index, captures) }
            }
        }
        return best.map { (phrases[$0.index], $0.captures) }
    }
}
