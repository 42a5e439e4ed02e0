import Redis
import Testing

@Suite struct RedisCommandTests {
    @Test(
        arguments: [
            (["TIME"], nil), (["INFO"], nil), (["DBSIZE"], nil), (["GET", "k"], 1), (["MGET", "k", "l"], 1),
            (["EVAL", "return 1", "1", "k", "word"], 3), (["EVALSHA", "0a1b", "2", "k", "l"], 3),
            (["EVAL", "return 1", "0"], nil), (["XGROUP", "CREATE", "k", "group", "0"], 2),
            (["XINFO", "STREAM", "k"], 2), (["XADD", "k", "*", "f", "v"], 1),
            (["XREADGROUP", "GROUP", "STREAMS", "me", "COUNT", "1", "STREAMS", "k", ">"], 7),
        ] as [([String], Int?)])
    func theKeyIsFoundByTheCommandsName(_ words: [String], _ index: Int?) {
        #expect(RedisCommand(words).keyIndex == index)
    }

    @Test func argumentsFollowTheWords() {
        var pipeline = RedisPipeline()
        pipeline.append(RedisCommand(["SET", "k"], arguments: [[255, 10]]))
        #expect(pipeline.bytes == Array("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n".utf8) + [255, 10] + Array("\r\n".utf8))
        #expect(pipeline.commandCount == 1)
    }
}
