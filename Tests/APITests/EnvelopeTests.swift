import API
import Exposition
import Sessions
import Testing

@Suite struct EnvelopeTests {
    private let envelope = ListEnvelope(
        asOf: UnixTime(milliseconds: 1_795_409_269_123), viewAgeSeconds: 0.4, complete: true, instance: "a",
        data: [LookupOrder(id: "x\"y")], nextCursor: nil)

    @Test func membersStandInTheirOrderAndWhatIsNilIsNull() {
        let text = String(decoding: JSONEncoding.bytes(envelope), as: UTF8.self)
        #expect(
            text == #"{"as_of":"2026-11-23T04:47:49.123Z","view_age_seconds":0.4,"complete":true,"instance":"a","#
                + #""data":[{"id":"x\"y"}],"next_cursor":null}"#)
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let document = try JSONValue(parsing: JSONEncoding.bytes(envelope))
        let read = try JSONDecoding.decode(ListEnvelope<LookupOrder>.self, from: document)
        #expect(read.asOf == envelope.asOf && read.data.map(\.id) == ["x\"y"] && read.nextCursor == nil)
    }

    @Test func aMemberOfANewerVersionIsPassedOver() throws {
        let document = try JSONValue(parsing: Array(#"{"id":"a","colour":"red"}"#.utf8))
        #expect(try JSONDecoding.decode(LookupOrder.self, from: document).id == "a")
    }

    @Test(arguments: [
        (#"{"run":"a"}"#, "data.epoch is not a whole number"), (#"[]"#, "data is not an object"),
    ])
    func whatDoesNotFitIsNamedWhereItStands(_ data: String, _ sentence: String) throws {
        struct Answer: Codable {
            struct Content: Codable {
                var run: String
                var epoch: Int
            }

            var data: Content
        }
        let document = try JSONValue(parsing: Array(#"{"data":\#(data)}"#.utf8))
        let error = #expect(throws: JSONMismatch.self) { try JSONDecoding.decode(Answer.self, from: document) }
        #expect(error?.description == sentence)
    }

    @Test func aWordThatIsNotKnownIsNamedWhereItStands() throws {
        let document = try JSONValue(
            parsing: Array(#"{"at":"2026-11-23T04:47:49.123Z","count":1,"verdict":"odd"}"#.utf8))
        let error = #expect(throws: JSONMismatch.self) {
            try JSONDecoding.decode(RefusedRequestRow.self, from: document)
        }
        #expect(error?.place == "verdict")
    }

    @Test(arguments: ["1795409269", "yesterday"])
    func aTextThatIsNoTimeIsNamedWhereItStands(_ text: String) throws {
        let document = try JSONValue(parsing: Array(#"{"at":"\#(text)"}"#.utf8))
        let error = #expect(throws: JSONMismatch.self) {
            try JSONDecoding.decode(RefusedRequestRow.self, from: document)
        }
        #expect(error == JSONMismatch(place: "at", expected: "a time"))
    }

    @Test func namesThatAreDataAreReadAsTheyStand() throws {
        let document = try JSONValue(parsing: Array(#"{"aB":"x"}"#.utf8))
        #expect(try JSONDecoding.decode([String: String].self, from: document) == ["aB": "x"])
    }

    @Test func countsAreInTheOrderOfTheirWords() {
        let counts = Counts<OrphanReason>([.ownerDenies: 2])
        #expect(
            String(decoding: JSONEncoding.bytes(counts), as: UTF8.self)
                == #"{"owner_dead":0,"owner_restarted":0,"owner_unknown":0,"owner_denies":2}"#)
        let some = SomeCounts<OrphanReason>([.ownerDenies: 2])
        #expect(String(decoding: JSONEncoding.bytes(some), as: UTF8.self) == #"{"owner_denies":2}"#)
    }

    @Test func noDoubleBreaksTheDocument() {
        #expect(String(decoding: JSONEncoding.bytes([Double.nan, .infinity, 1]), as: UTF8.self) == "[null,null,1.0]")
    }
}
