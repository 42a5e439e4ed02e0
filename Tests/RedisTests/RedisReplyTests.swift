import Lab
import Testing

@testable import Redis

@Suite struct RedisReplyTests {
    static let table: [(bytes: String, reply: RedisReply)] = [
        ("+OK\r\n", .status("OK")),
        ("+\r\n", .status("")),
        ("-ERR no\r\n", .error("ERR no")),
        (":0\r\n", .integer(0)),
        (":-9223372036854775808\r\n", .integer(.min)),
        (":9223372036854775807\r\n", .integer(.max)),
        ("$3\r\nabc\r\n", .text("abc")),
        ("$0\r\n\r\n", .text("")),
        ("$6\r\na\r\n$-1\r\n", .text("a\r\n$-1")),
        ("$-1\r\n", .null),
        ("*-1\r\n", .null),
        ("*0\r\n", .array([])),
        ("*3\r\n$1\r\na\r\n$-1\r\n:7\r\n", .array([.text("a"), .null, .integer(7)])),
        ("*2\r\n-ERR inside\r\n+OK\r\n", .array([.error("ERR inside"), .status("OK")])),
        (
            "*4\r\n*0\r\n*1\r\n*1\r\n$1\r\na\r\n*-1\r\n*0\r\n",
            .array([.array([]), .array([.array([.text("a")])]), .null, .array([])])
        ),
        (
            "*2\r\n$1\r\n5\r\n*2\r\n$1\r\na\r\n*2\r\n:1\r\n:2\r\n",
            .array([.text("5"), .array([.text("a"), .array([.integer(1), .integer(2)])])])
        ),
        (String(repeating: "*1\r\n", count: 7) + ":1\r\n", (0..<7).reduce(.integer(1)) { reply, _ in .array([reply]) }),
    ]

    @Test(arguments: table)
    func anAnswerIsRead(_ bytes: String, _ expected: RedisReply) throws {
        #expect(try replies(1, playing: [.send(bytes)]) == [expected])
    }

    @Test(arguments: table)
    func anAnswerThatComesByteByByteIsTheSame(_ bytes: String, _ expected: RedisReply) throws {
        #expect(try replies(1, playing: [.dribble(Array(bytes.utf8), everySeconds: 0)]) == [expected])
    }

    @Test func answersInOneWriteAreTakenOneByOne() throws {
        let all = Self.table.map(\.bytes).joined()
        #expect(try replies(Self.table.count, playing: [.send(all)]) == Self.table.map(\.reply))
    }

    @Test func bytesOfAnyValueGoThrough() throws {
        let bytes = (0...255).map { UInt8($0) }
        let answer = try replies(1, playing: [.send(Array("$256\r\n".utf8) + bytes + Array("\r\n".utf8))])
        #expect(answer == [.string(bytes)])
    }

    /// hiredis reads 16 KiB at a time.
    @Test(arguments: [16_383, 16_384, 16_385, 32_768, 100_000, 2_000_000])
    func aValueLargerThanOneReadIsWhole(_ size: Int) throws {
        let value = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var bytes = Array("*3\r\n:1\r\n$\(size)\r\n".utf8)
        bytes += value
        bytes += Array("\r\n$1\r\nz\r\n+next\r\n".utf8)
        let answers = try replies(2, playing: [.send(bytes)])
        // Compared as a whole, but not printed: millions of bytes.
        let isRight = answers == [.array([.integer(1), .string(value), .text("z")]), .status("next")]
        #expect(isRight)
    }

    @Test func elementsComeWithTheirPlaces() throws {
        struct Taken: Equatable {
            var element: ReplyElement
            var text: String
        }
        var taken: [Taken] = []
        let failure = try failure(
            playing: [.send("*3\r\n$2\r\n17\r\n*2\r\n$1\r\na\r\n*1\r\n:5\r\n-ERR x\r\n+OK\r\n$-1\r\n")]
        ) { (connection) throws(RedisError) in
            for _ in 0..<3 {
                try connection.receive { element, bytes in
                    taken.append(Taken(element: element, text: String(decoding: Array(copying: bytes), as: UTF8.self)))
                }
            }
        }
        func place(
            _ kind: ReplyElement.Kind, _ text: String, index: Int = 0, depth: Int = 0, parentIndex: Int = 0
        ) -> Taken {
            Taken(element: ReplyElement(kind: kind, index: index, depth: depth, parentIndex: parentIndex), text: text)
        }
        #expect(failure == nil)
        #expect(
            taken == [
                place(.array(count: 3), ""), place(.string, "17", index: 0, depth: 1),
                place(.array(count: 2), "", index: 1, depth: 1),
                place(.string, "a", index: 0, depth: 2, parentIndex: 1),
                place(.array(count: 1), "", index: 1, depth: 2, parentIndex: 1),
                place(.integer(5), "", index: 0, depth: 3, parentIndex: 1), place(.error, "ERR x", index: 2, depth: 1),
                place(.status, "OK"), place(.null, ""),
            ])
    }

    static let questions: [(reply: RedisReply, text: String?, integer: Int64?)] = [
        (.text("12"), "12", 12), (.status("OK"), "OK", nil), (.integer(7), nil, 7), (.null, nil, nil),
        (.string([0xFF]), "\u{FFFD}", nil), (.array([]), nil, nil), (.error("ERR"), nil, nil),
    ]

    @Test(arguments: questions)
    func aReplyIsAskedForWhatItHolds(_ reply: RedisReply, _ text: String?, _ integer: Int64?) {
        #expect(reply.text == text)
        #expect(reply.integer == integer)
    }
}
