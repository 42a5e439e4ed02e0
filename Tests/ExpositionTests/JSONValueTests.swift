import Testing

@testable import Exposition

@Suite struct JSONValueTests {
    private static func parse(_ text: String, depthLimit: Int = 64) throws(JSONError) -> JSONValue {
        try JSONValue(parsing: Array(text.utf8), depthLimit: depthLimit)
    }

    @Test(arguments: [
        "null", "true", "false", "0", "-1", "9223372036854775807", "-9223372036854775808", "0.1", "1.0", "-0.0",
        "1e+300", "5e-324", #""""#, #""a\"b\\c\b\t\n\f\r\u0001\u007f""#, "\"ü🦊\u{2028}\u{2029}\"", "[]", "{}",
        #"[1,"a",null,[true],{"a":{}}]"#, #"{"b":1,"a":[],"":{"x":2.5}}"#,
    ])
    func whatIsWrittenReadsBackTheSame(text: String) throws {
        let value = try Self.parse(text)
        #expect(value.compact == text)
        #expect(try Self.parse(value.pretty) == value)
    }

    @Test(
        arguments: [
            (" \t\r\n[ 1 , 2 ] ", [1, 2]), (#""\u0041\/\u00e9\uD83E\uDD8A""#, "A/é🦊"), ("1E2", .double(100)),
            ("-0", .double(-0.0)), ("9223372036854775808", .double(9_223_372_036_854_775_808)), (#""\u0000""#, "\0"),
        ] as [(String, JSONValue)])
    func otherSpellingsAreUnderstood(text: String, expected: JSONValue) throws {
        #expect(try Self.parse(text) == expected)
    }

    @Test(
        arguments: [
            ("", .unexpectedEnd(offset: 0)), ("[1,", .unexpectedEnd(offset: 3)), ("\"ab", .unexpectedEnd(offset: 3)),
            ("-", .unexpectedEnd(offset: 1)), ("1.", .unexpectedEnd(offset: 2)), ("tru", .unexpectedEnd(offset: 3)),
            ("[1,]", .unexpectedByte(UInt8(ascii: "]"), offset: 3)),
            ("{,}", .unexpectedByte(UInt8(ascii: ","), offset: 1)),
            ("{\"a\" 1}", .unexpectedByte(UInt8(ascii: "1"), offset: 5)),
            ("{a:1}", .unexpectedByte(UInt8(ascii: "a"), offset: 1)), ("nul ", .unexpectedByte(0x20, offset: 3)),
            ("'a'", .unexpectedByte(UInt8(ascii: "'"), offset: 0)),
            ("NaN", .unexpectedByte(UInt8(ascii: "N"), offset: 0)),
            ("\"a\nb\"", .unexpectedByte(0x0A, offset: 2)), ("// x\n1", .unexpectedByte(UInt8(ascii: "/"), offset: 0)),
            ("1 2", .trailingBytes(offset: 2)), ("{}}", .trailingBytes(offset: 2)), ("[01]", .badNumber(offset: 1)),
            ("[-x]", .badNumber(offset: 1)), ("[1.e5]", .badNumber(offset: 1)), ("[1e]", .badNumber(offset: 1)),
            ("1e999", .badNumber(offset: 0)), (#""\x""#, .badEscape(offset: 1)), (#""\ud83e""#, .badEscape(offset: 1)),
            (#""\ud83e\u0041""#, .badEscape(offset: 1)), (#""\udd8a""#, .badEscape(offset: 1)),
            (#""\u00g0""#, .badEscape(offset: 1)), (#"{"a":1, "a":2}"#, .duplicateKey(offset: 8)),
        ] as [(String, JSONError)])
    func whatIsNoJSONIsRefusedWhereItFails(text: String, expected: JSONError) {
        #expect(throws: expected) { try Self.parse(text) }
    }

    @Test(arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]])
    func invalidUTF8IsRefused(bytes: [UInt8]) {
        #expect(throws: JSONError.badUTF8(offset: 0)) { try JSONValue(parsing: bytes) }
    }

    @Test func depthAndLengthAreBounded() throws {
        let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(try Self.parse(nested(64)).compact == nested(64))
        #expect(throws: JSONError.tooDeep(limit: 64, offset: 64)) { try Self.parse(nested(65)) }
        #expect(throws: JSONError.tooDeep(limit: 0, offset: 0)) { try Self.parse("[]", depthLimit: 0) }
        #expect(throws: JSONError.tooLong(limit: 2)) { try JSONValue(parsing: Array("123".utf8), byteLimit: 2) }
    }

    @Test func errorsSayWhatAndWhere() {
        #expect(JSONError.unexpectedByte(UInt8(ascii: "]"), offset: 3).description == "unexpected \"]\" at byte 3")
        #expect(JSONError.unexpectedByte(0x0A, offset: 2).description == "unexpected byte 10 at byte 2")
        #expect(JSONError.tooDeep(limit: 64, offset: 70).description == "nested deeper than 64 levels at byte 70")
    }

    @Test func doublesThatJSONCannotHoldAreNull() {
        #expect(
            JSONValue.array([.double(.nan), .double(.infinity), .double(-.infinity)]).compact == "[null,null,null]")
    }

    @Test func prettyHasALineForEachMember() {
        let value: JSONValue = ["data": ["state": "owned", "list": [1, 2.5], "none": [], "empty": [:]], "next": nil]
        #expect(
            value.pretty == """
                {
                  "data": {
                    "state": "owned",
                    "list": [
                      1,
                      2.5
                    ],
                    "none": [],
                    "empty": {}
                  },
                  "next": null
                }
                """)
    }

    @Test func membersAreLookedUp() {
        let value: JSONValue = ["data": ["state": "owned", "count": 2, "share": 0.5, "ok": true, "rows": ["a", nil]]]
        #expect(value["data"]?["state"]?.string == "owned")
        #expect(value["data"]?["count"]?.int == 2)
        #expect(value["data"]?["count"]?.double == 2)
        #expect(value["data"]?["share"]?.double == 0.5)
        #expect(value["data"]?["share"]?.int == nil)
        #expect(value["data"]?["ok"]?.bool == true)
        #expect(value["data"]?["rows"]?.array == ["a", nil])
        #expect(value["data"]?["rows"]?[0]?.string == "a")
        #expect(value["data"]?["rows"]?[1]?.isNull == true)
        #expect(value["data"]?["rows"]?[2] == nil)
        #expect(value["data"]?["state"]?["deeper"] == nil)
        #expect(value["data"]?.object?.map(\.key) == ["state", "count", "share", "ok", "rows"])
    }

    @Test func orderAndKindCountInEquality() {
        #expect(JSONValue.int(1) != .double(1))
        #expect((["a": 1, "b": 2] as JSONValue) != ["b": 2, "a": 1])
        #expect((["a": 1] as JSONValue) != ["a": 1, "b": 2])
        #expect(JSONValue.string("1") != 1)
    }

    @Test func absentValuesAreNull() {
        let count = 3
        let row: JSONValue = [
            "a": .string(orNull: nil), "b": .string(orNull: "x"), "c": .double(orNull: nil), "d": .time(nil),
            "e": .time(0.5), "f": .int(count),
        ]
        #expect(row.compact == #"{"a":null,"b":"x","c":null,"d":null,"e":"1970-01-01T00:00:00.500Z","f":3}"#)
    }
}
