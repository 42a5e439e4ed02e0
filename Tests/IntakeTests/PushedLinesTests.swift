import Testing

@testable import Intake

/// A pushed body taken apart, whatever is in its elements.
struct PushedLinesTests {
    private static let bodies: [(body: String, lines: [String])] = [
        ("", []),
        (" \n", [" "]),
        ("a\nb", ["a", "b"]),
        ("{\"a\":1}\n{\"b\":2}\n", ["{\"a\":1}", "{\"b\":2}"]),
        ("a\r\n\nb\r\n", ["a\r", "", "b\r"]),
        ("[]", []),
        (" [ ] \n", []),
        ("[{\"a\":[1,2]},{\"b\":\"],\\\"[\"}]", ["{\"a\":[1,2]}", "{\"b\":\"],\\\"[\"}"]),
        ("[\n \"x,y\" ,\n 3]", ["\n \"x,y\" ", "\n 3"]),
        ("[1,]", ["1", ""]),
    ]

    @Test(arguments: bodies.indices) func aBodyIsLinesOrTheElementsOfAnArray(index: Int) throws {
        let (body, expected) = Self.bodies[index]
        let bytes = Array(body.utf8)
        let lines = try PushedLines(bytes).ranges.map { String(decoding: bytes[$0], as: UTF8.self) }
        #expect(lines == expected)
    }

    /// What begins with a bracket may be a log line of many a format.
    @Test(arguments: [
        ("text/plain; charset=utf-8", "[1,2]\n[3]", ["[1,2]", "[3]"]), ("Application/X-NDJSON", "[1]", ["[1]"]),
        ("", "[WARN] lost\n[INFO] a", ["[WARN] lost", "[INFO] a"]), ("", "[1,2", ["[1,2"]), ("", "[1,2]", ["1", "2"]),
        ("application/x-www-form-urlencoded", "[12:00:01] a\nb", ["[12:00:01] a", "b"]),
        ("application/json;charset=utf-8", "[1,2]", ["1", "2"]), ("application/json", "a\nb", ["a", "b"]),
    ])
    func howItIsSentSaysWhatItIs(type: String, body: String, expected: [String]) throws {
        let bytes = Array(body.utf8)
        let lines = try PushedLines(bytes, contentType: type).ranges
        #expect(lines.map { String(decoding: bytes[$0], as: UTF8.self) } == expected)
    }

    @Test(arguments: [("[1,2", 4), ("[\"a]", 4), ("[1] x", 4), ("[[1]", 4), ("[1]]", 3)])
    func anArrayThatEndsNowhereOrGoesOnIsRefusedWhole(body: String, offset: Int) {
        let broken = #expect(throws: PushedLines.Broken.self) { try PushedLines(Array(body.utf8)) }
        #expect(broken?.offset == offset)
    }
}
