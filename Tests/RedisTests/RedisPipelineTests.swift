import Redis
import Testing

@Suite struct RedisPipelineTests {
    private func text(_ pipeline: RedisPipeline) -> String { String(decoding: pipeline.bytes, as: UTF8.self) }

    @Test(arguments: [
        (["PING"], "*1\r\n$4\r\nPING\r\n"),
        (["SET", "k", ""], "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n"),
        (["ECHO", "\u{E9}"], "*2\r\n$4\r\nECHO\r\n$2\r\n\u{E9}\r\n"),
        (["ECHO", "123456789"], "*2\r\n$4\r\nECHO\r\n$9\r\n123456789\r\n"),
        (["ECHO", "1234567890"], "*2\r\n$4\r\nECHO\r\n$10\r\n1234567890\r\n"),
        (["ECHO", "a\r\n$1\r\n"], "*2\r\n$4\r\nECHO\r\n$7\r\na\r\n$1\r\n\r\n"),
        (Array(repeating: "a", count: 12), "*12\r\n" + String(repeating: "$1\r\na\r\n", count: 12)),
    ])
    func aCommandIsWrittenInRESP(_ words: [String], _ expected: String) {
        var pipeline = RedisPipeline()
        pipeline.append(words)
        #expect(text(pipeline) == expected)
        #expect(pipeline.commandCount == 1)
    }

    @Test func bytesOfAnyValueGoThrough() {
        var pipeline = RedisPipeline()
        pipeline.begin(wordCount: 2)
        pipeline.word("ECHO")
        pipeline.word([9, 0, 13, 10, 255, 9][1..<5])
        #expect(pipeline.bytes == Array("*2\r\n$4\r\nECHO\r\n$4\r\n".utf8) + [0, 13, 10, 255] + Array("\r\n".utf8))
    }

    @Test func commandsFollowEachOtherAndAreForgottenTogether() {
        var pipeline = RedisPipeline()
        pipeline.append("PING")
        pipeline.append("SELECT", "3")
        #expect(text(pipeline) == "*1\r\n$4\r\nPING\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n")
        #expect(pipeline.commandCount == 2)
        pipeline.removeAll()
        #expect(pipeline.bytes.isEmpty)
        #expect(pipeline.commandCount == 0)
        pipeline.append("PING")
        #expect(text(pipeline) == "*1\r\n$4\r\nPING\r\n")
    }
}
