import Redis
import Testing

@testable import Intake

/// An entry of a stream as a line, however its writer laid it out.
struct StreamEntryTests {
    private static let entries: [(fields: [(String, String)], line: String, node: String?)] = [
        ([("anything", "time=1 msg=x")], "time=1 msg=x", nil),
        ([("line", "{\"a\":1}"), ("node", "n1")], "{\"a\":1}", "n1"),
        ([("Host", "h"), ("message", "session abc is gone")], "session abc is gone", "h"),
        (
            [("event", "misroute"), ("session_id", "s-1"), ("node", "n2")],
            "{\"event\":\"misroute\",\"session_id\":\"s-1\",\"node\":\"n2\"}", nil
        ),
        ([("data", "{\"session\":1}"), ("session_hint", "x")], "{\"session\":1}", nil),
        ([], "{}", nil),
    ]

    @Test(arguments: entries.indices) func theLineIsFoundAmongItsFields(index: Int) throws {
        let row = Self.entries[index]
        let words = row.fields.flatMap { [$0.0, $0.1] }.map { RedisReply.string(Array($0.utf8)) }
        let entry = try #require(StreamEntry(.array([.string(Array("7-0".utf8)), .array(words)])))
        #expect(entry.id == "7-0")
        #expect(entry.line.map { String(decoding: $0, as: UTF8.self) } == row.line)
        #expect(entry.node == row.node)
    }

    @Test func anEntryThatWasTrimmedHasNoLine() throws {
        let entry = try #require(StreamEntry(.array([.string(Array("7-0".utf8)), .null])))
        #expect(entry.line == nil)
        #expect(StreamEntry(.null) == nil)
    }
}
