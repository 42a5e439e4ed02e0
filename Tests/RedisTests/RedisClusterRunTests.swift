import Testing

@testable import Redis

/// What follows from each answer, without connections.
@Suite struct RedisClusterRunTests {
    private static func node(_ number: UInt16) -> RedisEndpoint {
        RedisEndpoint(.tcp(host: "10.0.0.\(number)", port: 7000))
    }

    /// Two shards: node 1 has the lower half of the slots, node 2 the upper one.
    private static func halves() throws(RedisError) -> ClusterSlots {
        func range(_ first: Int64, _ last: Int64, _ number: Int) -> RedisReply {
            let node = RedisReply.array([.text("10.0.0.\(number)"), .integer(7000), .text("id\(number)")])
            return .array([.integer(first), .integer(last), node])
        }
        return try ClusterSlots(parsing: .array([range(0, 8_191, 1), range(8_192, 16_383, 2)]), asked: node(1))
    }

    /// "b" is of slot 3300, "a" of 15495.
    private let commands = [
        RedisCommand(["GET", "a"]), RedisCommand(["GET", "b"]), RedisCommand(["DBSIZE"], keyIndex: nil),
        RedisCommand(["OBJECT", "ENCODING", "a"], keyIndex: 2),
    ]

    @Test func commandsAreGroupedByShardInTheOrderAsked() throws {
        var run = RedisClusterRun(commands)
        let batches = run.takeBatches(by: try Self.halves(), turn: 2)
        #expect(batches.map(\.endpoint) == [Self.node(2), Self.node(1)])
        #expect(batches.map { $0.questions.map(\.number) } == [[0, 3], [1, 2]])
        #expect(
            String(decoding: run.pipeline(batches[0]).bytes, as: UTF8.self)
                == "*2\r\n$3\r\nGET\r\n$1\r\na\r\n*3\r\n$6\r\nOBJECT\r\n$8\r\nENCODING\r\n$1\r\na\r\n")
        #expect(run.isDone)
    }

    @Test func answersComeInTheOrderAskedAndOtherErrorsAreValues() throws {
        var run = RedisClusterRun(commands)
        for batch in run.takeBatches(by: try Self.halves(), turn: 0) {
            for question in batch.questions {
                let reply: RedisReply =
                    question.number == 3 ? .error("ERR no such key") : .integer(Int64(question.number))
                #expect(run.take(reply, to: question, from: batch.endpoint) == nil)
            }
        }
        #expect(run.isDone)
        #expect(run.answers == [.integer(0), .integer(1), .integer(2), .error("ERR no such key")])
    }

    @Test func aPipelineHoldsSoManyAndTheRestWaits() throws {
        var run = RedisClusterRun(Array(repeating: RedisCommand(["GET", "a"]), count: 1_201))
        let slots = try Self.halves()
        let counts = (0..<4).map { _ in run.takeBatches(by: slots, turn: 0).map(\.questions.count) }
        #expect(counts == [[500], [500], [201], []])
    }

    @Test func askGoesToTheNamedNodeBehindAsking() throws {
        var run = RedisClusterRun([commands[0]])
        let slots = try Self.halves()
        let first = run.takeBatches(by: slots, turn: 0)
        let redirect = run.take(.error("ASK 15495 10.0.0.7:7000"), to: first[0].questions[0], from: Self.node(2))
        #expect(redirect?.kind == .ask)
        let second = run.takeBatches(by: slots, turn: 0)
        #expect(second.map(\.endpoint) == [Self.node(7)])
        #expect(
            String(decoding: run.pipeline(second[0]).bytes, as: UTF8.self)
                == "*1\r\n$6\r\nASKING\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n")
        // A loss there: the table's node is asked next, without ASKING.
        run.putBack(second[0].questions[...])
        let third = run.takeBatches(by: slots, turn: 0)
        #expect(third.map(\.endpoint) == [Self.node(2)])
        #expect(third[0].questions.map(\.isAsking) == [false])
    }

    @Test func redirectionsEnd() throws {
        var run = RedisClusterRun([commands[0]])
        let slots = try Self.halves()
        for hop in 1...RedisClusterRun.redirectLimit + 1 {
            #expect(run.failure == nil)
            let batches = run.takeBatches(by: slots, turn: 0)
            let question = try #require(batches.first?.questions.first)
            _ = run.take(.error("MOVED 15495 10.0.0.\(hop + 10):7000"), to: question, from: batches[0].endpoint)
        }
        #expect(
            run.failure == .refused(Self.node(15), code: "MOVED", message: "slot 15495, after 5 redirections"))
        #expect(run.failure?.kind == .moved)
    }

    @Test(arguments: ["TRYAGAIN Multiple keys request during rehashing of slot", "CLUSTERDOWN The cluster is down"])
    func whatMayPassIsAskedAgainAtTheSamePlace(_ text: String) throws {
        var run = RedisClusterRun([commands[0]])
        let slots = try Self.halves()
        let question = run.takeBatches(by: slots, turn: 0)[0].questions[0]
        #expect(run.take(.error(text), to: question, from: Self.node(2)) == nil)
        #expect(run.refusal == .refusal(text, from: Self.node(2)))
        let again = run.takeBatches(by: slots, turn: 0)
        #expect(again.map(\.endpoint) == [Self.node(2)])
        #expect(run.refusal == nil)
    }

    @Test func aSlotThatNobodyServesIsFoundBeforeItIsAsked() throws {
        let node = RedisReply.array([.text("10.0.0.1"), .integer(7000), .text("id1")])
        let slots = try ClusterSlots(
            parsing: .array([.array([.integer(0), .integer(8_191), node])]), asked: Self.node(1))
        #expect(RedisClusterRun(commands).unservedSlot(in: slots) == 15_495)
        #expect(RedisClusterRun([commands[1], commands[2]]).unservedSlot(in: slots) == nil)
    }
}
