import TestSupport
import Testing

@testable import Sessions

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

extension FieldReader {
    /// The first `count` fields of an object as texts; nil for a marker.
    func texts(_ count: Int, json: [UInt8]) throws -> [String?]? {
        guard let places = try find(json: json.span) else { return nil }
        return (0..<count).map { places.text($0, in: json.span).map { String(decoding: $0, as: UTF8.self) } }
    }

    /// The same of a hash.
    func texts(_ count: Int, hash values: [String?]) throws -> [String?] {
        let (places, text) = try find(hash: values.map { $0.map { bytes($0) } })
        return (0..<count).map { places.text($0, in: text.span).map { String(decoding: $0, as: UTF8.self) } }
    }
}

@Suite struct FieldReaderTests {
    private static let reader = FieldReader(wanted: [["node", "node_id"], ["boot"], ["client"]])

    private func json(_ text: String) throws -> [String?]? { try Self.reader.texts(3, json: bytes(text)) }

    private func hash(_ values: [String?]) throws -> [String?] { try Self.reader.texts(3, hash: values) }

    @Test(
        arguments: [
            (#"{"node":"n1","boot":"b1","client":"c"}"#, ["n1", "b1", "c"]),
            (#"{"client":"c","x":1,"boot":"b1","node":"n1"}"#, ["n1", "b1", "c"]),
            (#"{}"#, [nil, nil, nil]), (#"{"other":1}"#, [nil, nil, nil]),
            ("  \r\n\t{\"boot\":\"b\"}\n", [nil, "b", nil]),
            // The first candidate wins, wherever it stands; a candidate that is null or a boolean is not there.
            (#"{"node":"first","node_id":"second"}"#, ["first", nil, nil]),
            (#"{"node_id":"second","node":"first"}"#, ["first", nil, nil]),
            (#"{"node_id":"second"}"#, ["second", nil, nil]),
            (#"{"node":null,"node_id":"second"}"#, ["second", nil, nil]),
            (#"{"node_id":"second","node":null}"#, ["second", nil, nil]),
            (#"{"node":true,"node_id":"second"}"#, ["second", nil, nil]), (#"{"node":null}"#, [nil, nil, nil]),
            (#"{"node":"","node_id":"second"}"#, ["", nil, nil]),
            // Given twice, the later counts, whatever it is.
            (#"{"node":"a","node":"b"}"#, ["b", nil, nil]), (#"{"node":"a","boot":"x","node":7}"#, ["7", "x", nil]),
            (#"{"node_id":"a","node":"b","node_id":"c"}"#, ["b", nil, nil]),
            (#"{"node":"a","node":null}"#, [nil, nil, nil]),
            (#"{"node":null,"node":"a"}"#, ["a", nil, nil]),
            // Numbers and nested values are given as they stand, strings with their escapes undone.
            (#"{"node":12.50,"boot":-1e5,"client":{"name":"x"}}"#, ["12.50", "-1e5", #"{"name":"x"}"#]),
            (#"{"client":[1, {"a":[]}]}"#, [nil, nil, #"[1, {"a":[]}]"#]),
            (#"{"node":"n\u00fc\"\\","boot":"\ud83e\udd8a"}"#, ["nü\"\\", "🦊", nil]),
            // Names compare as a whole, and only at the top.
            (#"{"nod":"a","nodes":"b","Node":"c"," node":"d"}"#, [nil, nil, nil]),
            (#"{"x":{"node":"deep"},"y":["node"]}"#, [nil, nil, nil]),
        ] as [(String, [String?])])
    func findsTheFieldsOfAnObject(text: String, texts: [String?]) throws {
        #expect(try json(text) == texts)
    }

    @Test(arguments: [
        "", " ", "1", "0", "alive", "\"{}\"", "[{}]", "null", "host:123", "\u{0}{", "x{}", "\u{FEFF}{}", "true",
    ])
    func anythingThatDoesNotBeginLikeAnObjectIsAMarker(text: String) throws {
        #expect(try json(text) == nil)
    }

    @Test(
        arguments: [
            ("{", .badJSON), ("{x", .badJSON), (" {\"node\":\"n\"", .badJSON), ("{\"node\":\"n\"}}", .badJSON),
            ("{\"node\":\"\\x\"}", .badJSON), ("{\"node\":\"a\nb\"}", .badJSON),
            ("{\"a\":" + String(repeating: "[", count: 1000), .tooLarge),
            ("{\"a\":\"" + String(repeating: "x", count: RecordLimits.valueBytes) + "\"}", .tooLarge),
            (String(repeating: "x", count: RecordLimits.valueBytes + 1), .tooLarge),
        ] as [(String, Malformation)])
    func saysWhatIsWrong(text: String, malformation: Malformation) {
        #expect(throws: malformation) { try json(text) }
    }

    @Test func theLargestValueIsRead() throws {
        let head = "{\"node\":\"n\",\"x\":\""
        let text = head + String(repeating: "x", count: RecordLimits.valueBytes - head.utf8.count - 2) + "\"}"
        #expect(text.utf8.count == 65_536)
        #expect(try json(text) == ["n", nil, nil])
    }

    @Test func asksForAllCandidatesInOrder() {
        #expect(Self.reader.names == ["node", "node_id", "boot", "client"])
    }

    @Test(
        arguments: [
            (["n1", nil, "b1", "c"], ["n1", "b1", "c"]), ([nil, "n2", nil, nil], ["n2", nil, nil]),
            (["n1", "n2", nil, nil], ["n1", nil, nil]), (["", "n2", nil, nil], ["", nil, nil]),
            ([nil, nil, nil, nil], [nil, nil, nil]), ([], [nil, nil, nil]), (["n1"], ["n1", nil, nil]),
            (["n1", nil, "b1", "c", "beyond"], ["n1", "b1", "c"]),
        ] as [([String?], [String?])])
    func findsTheFieldsOfAHash(values: [String?], texts: [String?]) throws {
        #expect(try hash(values) == texts)
    }

    @Test func aHashFieldIsBounded() throws {
        let most = String(repeating: "x", count: RecordLimits.valueBytes)
        #expect(try hash([nil, nil, nil, most]) == [nil, nil, most])
        #expect(throws: Malformation.tooLarge) { try hash([nil, nil, nil, most + "x"]) }
    }

    /// The same record reads the same in either form.
    @Test func aHashAndAnObjectSayTheSame() throws {
        var random = SeededRandom(for: "aHashAndAnObjectSayTheSame")
        let choices: [String?] = [nil, "", "n", "12.5", "ü 🦊", "a:b", "2026-08-21T10:15:02Z"]
        for _ in 0..<500 {
            let values = Self.reader.names.map { _ in random.pick(choices) }
            var fields = zip(Self.reader.names, values).map { name, value in
                "\"\(name)\":" + (value.map { "\"\($0)\"" } ?? "null")
            }
            fields.shuffle(using: &random)
            #expect(
                try json("{" + fields.joined(separator: ",") + "}") == hash(values), "\(fields), seed \(random.seed)")
        }
    }

    @Test func theWordsAreTheLabelsOfTheMetric() {
        #expect(Malformation.allCases.map(\.word) == ["bad_json", "too_large", "bad_time"])
    }
}
