import Testing

@testable import Sessions

/// A field as it stands in the text.
struct WalkedField: Equatable, CustomStringConvertible {
    var name: String
    var kind: String
    var text: String = ""

    var description: String { "\(name):\(kind):\(text)" }
}

func walk(_ text: [UInt8]) -> Result<[WalkedField], JSONFields.Failure> {
    func part(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
    var fields: [WalkedField] = []
    do throws(JSONFields.Failure) {
        try JSONFields.walk(text.span) { name, value in
            switch value {
            case .string(let range, false):
                fields.append(WalkedField(name: part(name), kind: "string", text: part(range)))
            case .string(let range, true):
                fields.append(WalkedField(name: part(name), kind: "escaped", text: part(range)))
            case .number(let range): fields.append(WalkedField(name: part(name), kind: "number", text: part(range)))
            case .bool: fields.append(WalkedField(name: part(name), kind: "bool"))
            case .null: fields.append(WalkedField(name: part(name), kind: "null"))
            case .nested(let range): fields.append(WalkedField(name: part(name), kind: "nested", text: part(range)))
            }
        }
        return .success(fields)
    } catch {
        return .failure(error)
    }
}

@Suite struct JSONFieldsTests {
    @Test(
        arguments: [
            (#"{}"#, ""), (" \t\r\n{ \t\r\n} \t\r\n", ""),
            (#"{"a":"x"}"#, "a:string:x"), (#"{"":""}"#, ":string:"),
            ("{\n\t\"a\" :\r 1 , \"b\" : 2\n}", "a:number:1 b:number:2"),
            (#"{"a":"x\"y"}"#, #"a:escaped:x\"y"#), (#"{"a":"\\"}"#, #"a:escaped:\\"#),
            (#"{"a\"b":1}"#, #"a\"b:number:1"#),
            (#"{"a":true,"b":false,"c":null}"#, "a:bool: b:bool: c:null:"),
            (
                #"{"a":0,"b":-0,"c":-1.50,"d":1E5,"e":1e+5,"f":0.1e-7}"#,
                "a:number:0 b:number:-0 c:number:-1.50 d:number:1E5 e:number:1e+5 f:number:0.1e-7"
            ),
            (
                #"{"a":[],"b":{},"c":[1,[2,{"d":"]}"}]],"e":{"f":[{}]}}"#,
                #"a:nested:[] b:nested:{} c:nested:[1,[2,{"d":"]}"}]] e:nested:{"f":[{}]}"#
            ),
            (#"{"a":1,"a":2,"a":"three"}"#, "a:number:1 a:number:2 a:string:three"),
            (#"{"a":"\u0041\ud83e\udd8a\n\t\r\b\f\/"}"#, #"a:escaped:\u0041\ud83e\udd8a\n\t\r\b\f\/"#),
            ("{\"ü\":\"🦊\u{7F}\u{2028}\"}", "ü:string:🦊\u{7F}\u{2028}"),
            (
                #"{"a":123456789012345678901234567890123456789012345678901234567890}"#,
                "a:number:123456789012345678901234567890123456789012345678901234567890"
            ),
            (#"{"a":1e999999}"#, "a:number:1e999999"),
        ] as [(String, String)])
    func showsEachFieldWhereItStands(text: String, fields: String) {
        let result = walk(Array(text.utf8)).map { $0.map(\.description).joined(separator: " ") }
        #expect(result == .success(fields))
    }

    @Test(arguments: [
        // No object.
        "", " ", "[]", "1", "null", "\"a\"", "x", "}", "]", ":", ",", "\u{FEFF}{}", "\u{0}{}", "\u{A0}{}", "\u{B}{}",
        // Cut short.
        "{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":\"", "{\"a\":\"x", "{\"a\":\"\\",
        "{\"a\":\"\\\"}",
        "{\"a\":[", "{\"a\":[1", "{\"a\":[1,", "{\"a\":{", "{\"a\":{\"b\"", "{\"a\":{\"b\":", "{\"a\":{\"b\":1",
        "{\"a\":[1]", "{\"a\":t",
        // Trailing text.
        "{}{}", "{} x", "{}}", "{}]", "{},", "{}\u{0}", "{\"a\":1}1", "{}//", "{}\u{A0}",
        // Commas and colons.
        "{,}", "{\"a\":1,}", "{,\"a\":1}", "{\"a\":1,,\"b\":2}", "{\"a\":1 \"b\":2}", "{\"a\" 1}", "{\"a\"::1}",
        "{\"a\":}", "{\"a\",1}",
        "{\"a\"}", "{:1}", "{\"a\":1;\"b\":2}", "{\"a\":[1,]}", "{\"a\":[,1]}", "{\"a\":[1 2]}", "{\"a\":[,]}",
        "{\"a\":[1:2]}",
        "{\"a\":{\"b\":1,}}", "{\"a\":{,}}", "{\"a\":{\"b\"}}", "{\"a\":{1:2}}", "{\"a\":{\"b\" 1}}", "{\"a\":[[],]}",
        "{\"a\":[{},,{}]}",
        // Brackets that do not fit.
        "{\"a\":[}", "{\"a\":{]}", "{\"a\":[1}}", "{\"a\":{\"b\":1]}", "{\"a\":[{\"b\":[1}]]}", "{\"a\":1]",
        "{\"a\":[]]}", "{\"a\":{}}}",
        // Names that are no strings.
        "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{[]:1}", "{{}:1}",
        // Words.
        "{\"a\":nul}", "{\"a\":nulll}", "{\"a\":tru}", "{\"a\":True}", "{\"a\":TRUE}", "{\"a\":truefalse}",
        "{\"a\":fals}", "{\"a\":None}",
        "{\"a\":undefined}", "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":-Infinity}", "{\"a\":x}", "{\"a\":'x'}",
        "{\"a\":nan}",
        // Numbers.
        "{\"a\":01}", "{\"a\":-01}", "{\"a\":00}", "{\"a\":+1}", "{\"a\":-}", "{\"a\":.5}", "{\"a\":-.5}", "{\"a\":1.}",
        "{\"a\":1.e5}",
        "{\"a\":1e}", "{\"a\":1e+}", "{\"a\":1e-}", "{\"a\":1e5.5}", "{\"a\":1.2.3}", "{\"a\":--1}", "{\"a\":1-}",
        "{\"a\":0x10}", "{\"a\":1_000}",
        "{\"a\":1,000}", "{\"a\":١}", "{\"a\":[01]}", "{\"a\":[1.]}", "{\"a\":1f}",
        // Strings: control characters and escapes that are none, at the top and deeper, in names and in values.
        "{\"a\":\"\n\"}", "{\"a\":\"\t\"}", "{\"a\":\"\u{0}\"}", "{\"a\":\"\u{1F}\"}", "{\"a\n\":1}",
        "{\"a\":[\"\r\"]}", "{\"a\":{\"\u{1}\":1}}",
        #"{"a":"\x41"}"#, #"{"a":"\a"}"#, #"{"a":"\'"}"#, #"{"a":"\0"}"#, #"{"a":"\U0041"}"#, #"{"a":"\N"}"#,
        "{\"a\":\"\\\n\"}",
        "{\"a\":\"\\\u{0}\"}", "{\"a\":\"\\é\"}", #"{"a":"\u"}"#, #"{"a":"\u1"}"#, #"{"a":"\u12"}"#, #"{"a":"\u123"}"#,
        #"{"a":"\u123g"}"#,
        #"{"a":"\u 123"}"#, #"{"a":"\u+123"}"#, #"{"a":"\u-123"}"#, #"{"a":"\u12"34"}"#, #"{"\q":1}"#, #"{"\u00":1}"#,
        #"{"a":["\q"]}"#,
        #"{"a":{"\q":1}}"#, #"{"a":[{"b":"\u00"}]}"#, "{\"a\":\"\\u１２３４\"}",
        // Comments.
        "/**/{}", "{/**/}", "{\"a\":/**/1}", "{\"a\":1//x\n}", "#\n{}",
    ])
    func refusesWhatIsNoWholeObject(text: String) {
        #expect(walk(Array(text.utf8)) == .failure(.notJSON))
    }

    /// Levels of the text as a whole: its outermost object is the first.
    @Test(
        arguments: [
            (1, true), (2, true), (127, true), (128, true), (129, false), (130, false), (1000, false), (100_000, false),
        ] as [(Int, Bool)])
    func isBoundedInDepth(levels: Int, fits: Bool) {
        let objects = String(repeating: "{\"a\":", count: levels) + "1" + String(repeating: "}", count: levels)
        let inner = String(repeating: "[", count: levels - 1) + "0" + String(repeating: "]", count: levels - 1)
        for text in [objects, "{\"a\":\(inner)}", "{\"x\":[{},{}],\"a\":\(inner)}"] where levels > 2 || text == objects
        {
            let result = walk(Array(text.utf8))
            if fits { #expect((try? result.get())?.last?.name == "a") } else { #expect(result == .failure(.tooDeep)) }
        }
    }

    @Test func depthIsCountedWhereItIsAndNotInAll() {
        let branch = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        let text = "{\"a\":[" + Array(repeating: branch, count: 50).joined(separator: ",") + "],\"b\":\(branch)}"
        #expect((try? walk(Array(text.utf8)).get())?.map(\.name) == ["a", "b"])
    }

    /// A text may end anywhere without being read beyond, and no beginning of an object is one.
    @Test func noBeginningIsWhole() {
        let text = Array(#" {"a":"x\u00e9\n","b":[1,{"c":-1.5e+10},true],"d":null,"e":{}} "#.utf8)
        for length in 0..<text.count - 1 {
            #expect(walk(Array(text[..<length])) == .failure(.notJSON), "the first \(length) bytes")
        }
        #expect((try? walk(text).get())?.count == 4)
    }

    @Test(
        arguments: [
            (#"plain"#, "plain"), (#"\"\\\/"#, "\"\\/"), (#"\b\f\n\r\t"#, "\u{8}\u{C}\n\r\t"),
            (#"\u0041b\u00e9"#, "Abé"),
            (#"\u00E9\u00e9"#, "éé"), (#"\ud83e\udd8a"#, "🦊"), (#"\uD83E\uDD8A!"#, "🦊!"), (#"\u0000"#, "\u{0}"),
            (#"\uffff"#, "\u{FFFF}"),
            ("ü🦊\\n", "ü🦊\n"), (#"\\u0041"#, #"\u0041"#), (#"a\\"#, "a\\"),
            // A surrogate by itself, at the end, before text, in the wrong order, twice.
            (#"\ud83e"#, "\u{FFFD}"), (#"\udd8a"#, "\u{FFFD}"), (#"\ud83ex"#, "\u{FFFD}x"),
            (#"\ud83e\n"#, "\u{FFFD}\n"),
            (#"\udd8a\ud83e"#, "\u{FFFD}\u{FFFD}"), (#"\ud83e\ud83e\udd8a"#, "\u{FFFD}🦊"),
            (#"\ud83e\u0041"#, "\u{FFFD}A"),
        ] as [(String, String)])
    func undoesEscapes(raw: String, text: String) {
        let bytes = Array(raw.utf8)
        #expect(String(decoding: JSONFields.unescape(bytes.span, 0..<bytes.count), as: UTF8.self) == text)
    }
}
