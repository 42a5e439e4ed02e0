/// Commands in RESP, gathered to be sent in one write. Binary-safe; reusable after ``removeAll()``.
public struct RedisPipeline: Sendable {
    public private(set) var bytes: [UInt8] = []
    /// How many commands it holds: as many replies will come.
    public private(set) var commandCount = 0

    public init() {}

    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        commandCount = 0
    }

    /// Appends a command of words: `append("SELECT", "3")`.
    public mutating func append(_ words: String...) {
        append(words)
    }

    public mutating func append(_ words: [String]) {
        begin(wordCount: words.count)
        for word in words { self.word(word) }
    }

    public mutating func append(_ command: RedisCommand) {
        begin(wordCount: command.words.count + command.arguments.count)
        for word in command.words { self.word(word) }
        for argument in command.arguments { word(argument[...]) }
    }

    /// Begins a command of exactly `wordCount` words, which must follow by ``word(_:)-(String)``.
    public mutating func begin(wordCount: Int) {
        header(UInt8(ascii: "*"), wordCount)
        commandCount += 1
    }

    public mutating func word(_ text: String) {
        header(UInt8(ascii: "$"), text.utf8.count)
        bytes.append(contentsOf: text.utf8)
        lineEnd()
    }

    public mutating func word(_ content: ArraySlice<UInt8>) {
        header(UInt8(ascii: "$"), content.count)
        bytes.append(contentsOf: content)
        lineEnd()
    }

    /// Appends a whole command that is already in RESP but for its last word: `*2\r\n$4\r\nPTTL\r\n`, then the word.
    public mutating func append(rendered head: [UInt8], _ lastWord: ArraySlice<UInt8>) {
        bytes.append(contentsOf: head)
        word(lastWord)
        commandCount += 1
    }

    private mutating func header(_ kind: UInt8, _ number: Int) {
        bytes.append(kind)
        // Nearly all numbers here have one or two digits; making a String of each would cost more than the rest.
        switch number {
        case 0..<10: bytes.append(UInt8(ascii: "0") + UInt8(number))
        case 10..<100:
            bytes.append(UInt8(ascii: "0") + UInt8(number / 10))
            bytes.append(UInt8(ascii: "0") + UInt8(number % 10))
        default: bytes.append(contentsOf: String(number).utf8)
        }
        lineEnd()
    }

    private mutating func lineEnd() {
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
    }
}
