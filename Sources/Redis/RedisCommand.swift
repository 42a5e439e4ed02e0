/// A command and the position of its key, which decides where it goes in a cluster. A command with several keys names
/// any of them; all must be in one slot.
public struct RedisCommand: Sendable, Equatable {
    public var words: [String]
    /// Further words, of arbitrary bytes; none of them is the key.
    public var arguments: [[UInt8]] = []
    /// The position of the key in `words`; nil for a command that any master may answer.
    public var keyIndex: Int?

    /// The index must be valid in `words`.
    public init(_ words: [String], keyIndex: Int?) {
        precondition(keyIndex.map(words.indices.contains) ?? true, "the key is one of the words")
        self.words = words
        self.keyIndex = keyIndex
    }

    /// A command used in this project, whose key's position follows from its name.
    public init(_ words: [String], arguments: [[UInt8]] = []) {
        let index = Self.keyIndex(of: words)
        self.init(words, keyIndex: index.flatMap { words.indices.contains($0) ? $0 : nil })
        self.arguments = arguments
    }

    private static func keyIndex(of words: [String]) -> Int? {
        switch words.first {
        case "TIME", "INFO": nil
        case "EVAL", "EVALSHA": 3
        case "XGROUP", "XINFO": 2
        // It ends with one key and one id.
        case "XREADGROUP": words.count - 2
        default: 1
        }
    }

    /// The slot of its key.
    public var slot: Int? { keyIndex.map { KeySlot.of(words[$0]) } }
}
