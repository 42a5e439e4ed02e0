/// Commands in RESP, collected for one write. Binary-safe; reusable after ``removeAll()``.
public struct RedisPipeline: Sendable {
    public private(set) var bytes: [UInt8] = []
    /// The number of commands, and so of replies to come.
    public private(set) var commandCount = 0

    public init() {}

    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        commandCount = 0
    }

    /// Appends a command given as words: `append("SELECT", "3")`.
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

    /// Begins a command of exactly `wordCount` words, which must follow through ``word(_:)-(String)``.
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

    /// Appends a command that is already in RESP except for its last word: `*2\r\n$4\r\nPTTL\r\n`, then the word.
    public mutating func append(rendered head: [UInt8], _ lastWord: ArraySlice<UInt8>) {
        bytes.append(contentsOf: head)
        word(lastWord)
        commandCount += 1
    }

    private mutating func header(_ kind: UInt8, _ number: Int) {
        bytes.append(kind)
        // Nearly all numbers here have one or two digits; a String for each would cost more than everything else.
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
