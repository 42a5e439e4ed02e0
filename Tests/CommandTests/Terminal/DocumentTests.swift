import Exposition
import Testing
import YAML

@testable import mcp_sessiond

@Suite struct DocumentTests {
    static let documents: [String] = [
        #"{"a":1,"b":[1,2,{"c":null,"d":[]}],"e":{},"f":{"g":{"h":true}}}"#, "[]", "{}",
        #"[[1,[2]],[],{"a":[{"b":1},{"b":2}]}]"#,
        #"{"yes":"no","null":"null","1":"1","x y":"- a: b","q":"\"","":"","n":"\n","e":"\u001b[0m\u202e","t":"2026-11-22T18:00:00.000Z"}"#,
        #"{"long":"\#(String(repeating: "word ", count: 60))","f":1.5,"big":9007199254740993}"#, "\"text\"",
    ]

    /// Plain texts that JSON knows as something else are that, as to any reader of YAML.
    private static func plain(_ node: YAMLNode) -> JSONValue {
        switch node.content {
        case .map(let pairs): .object(pairs.map { (key: $0.key.text ?? "?", value: plain($0.value)) })
        case .list(let elements): .array(elements.map(plain))
        case .text(let text, isPlain: true): (try? JSONValue(parsing: Array(text.utf8))) ?? .string(text)
        case .text(let text, isPlain: false): .string(text)
        }
    }

    @Test(arguments: documents)
    func `an answer as YAML says what it says as JSON`(json: String) throws {
        let document = try JSONValue(parsing: Array(json.utf8))
        let yaml = YAMLText(document).lines.joined(separator: "\n")
        #expect(Self.plain(try #require(try YAMLNode.root(of: yaml))) == document, "\(yaml)")
    }

    @Test func `YAML is in block style`() throws {
        let document = try JSONValue(parsing: Array(#"{"a":{"b":[{"c":1,"d":["x",[2]]},3]},"e":[],"f":"on"}"#.utf8))
        #expect(
            YAMLText(document).lines == [
                "a:", "  b:", "  - c: 1", "    d:", "    - x", "    -", "      - 2", "  - 3", "e: []", "f: \"on\"",
            ])
    }
}
