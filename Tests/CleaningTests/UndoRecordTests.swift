import Sessions
import Testing

@testable import Cleaning

@Suite struct UndoRecordTests {
    private static let records = [
        UndoRecord(
            key: "mcp:session:x", deadline: UnixTime(milliseconds: 1_787_307_302_123),
            owner: SessionOwner(node: "node-1", boot: "b1"), reason: .ownerDead, dump: Array(0...255)),
        UndoRecord(
            key: "k", deadline: nil, owner: SessionOwner(node: "a:b,c 7:\u{E9}", boot: nil), reason: .ownerRestarted,
            dump: []),
    ]

    @Test(arguments: records) func `a record is read as it was written`(_ record: UndoRecord) {
        #expect(UndoRecord(record.bytes) == record)
    }

    @Test func `a record cut anywhere is none`() {
        for record in Self.records {
            for length in 0..<record.bytes.count { #expect(UndoRecord(Array(record.bytes.prefix(length))) == nil) }
            #expect(UndoRecord(record.bytes + [0]) == nil)
        }
    }

    @Test(arguments: [
        "", "x", "1:", "-1:,", "99999999999999999999:,", "9223372036854775807:,", "0:,0:,0:,0:,0:,0:,",
        "1:k,1:x,0:,0:,10:owner_dead,0:,", "1:k,1:-,0:,0:,5:never,0:,", "1:k,1:-,0:,0:,10:owner_dead,0:,0:,",
    ]) func `anything else is none`(_ text: String) {
        #expect(UndoRecord(Array(text.utf8)) == nil)
    }
}
