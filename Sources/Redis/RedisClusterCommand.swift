/// A command for a cluster: its words, and which of them is the key that says where it goes. A command with several
/// keys names any of them; all must be of one slot.
public struct RedisCommand: Sendable, Equatable {
    public var words: [String]
    /// Position of the key in `words`; nil for a command that any master may answer.
    public var keyIndex: Int?

    /// The index must be one of `words`.
    public init(_ words: [String], keyIndex: Int? = 1) {
        precondition(keyIndex.map(words.indices.contains) ?? true, "the key is one of the words")
        self.words = words
        self.keyIndex = keyIndex
    }

    /// The slot of its key.
    public var slot: Int? { keyIndex.map { KeySlot.of(words[$0]) } }
}
