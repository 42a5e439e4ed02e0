/// The words of all phrases, numbered. The words of a message are looked up once, and then compared as numbers.
struct Vocabulary: Sendable {
    typealias Term = UInt16

    static let unknown = Term.max

    struct Entry: Sendable {
        let term: Term
        /// True if it is neither an id nor a name.
        let isCommon: Bool
    }

    private let entries: [String: Entry]

    static let standard: Vocabulary = {
        var words = Set(Phrase.patterns.flatMap { Phrase.words(of: $0.text) })
        let common = Set(Message.Word.common.split(separator: " ").map(String.init))
        words.formUnion(common)
        var entries: [String: Entry] = [:]
        for (number, word) in words.sorted().enumerated() {
            entries[word] = Entry(term: Term(number), isCommon: common.contains(word))
        }
        return Vocabulary(entries: entries)
    }()

    subscript(word: String) -> Entry? { entries[word] }
}
