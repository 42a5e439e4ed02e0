import Exposition
import Testing
import Yams

@testable import mcp_sessiond

@Suite struct DocumentTests {
    static let documents: [String] = [
        #"{"a":1,"b":[1,2,{"c":null,"d":[]}],"e":{},"f":{"g":{"h":true}}}"#, "[]", "{}",
        #"[[1,[2]],[],{"a":[{"b":1},{"b":2}]}]"#,
        #"{"yes":"no","null":"null","1":"1","x y":"- a: b","q":"\"","":"","n":"\n","e":"\u001b[0m\u202e","t":"2026-11-22T18:00:00.000Z"}"#,
        #"{"long":"\#(String(repeating: "word ", count: 60))","f":1.5,"big":9007199254740993}"#, "\"text\"",
    ]

    /// Without YAML's guesses at types: texts as texts.
    private static func plain(_ node: Node) -> JSONValue {
        switch node {
        case .mapping(let mapping): .object(mapping.map { (key: $0.key.string ?? "?", value: plain($0.value)) })
        case .sequence(let sequence): .array(sequence.map(plain))
        case .scalar(let scalar) where scalar.style == .plain && scalar.tag.description != "tag:yaml.org,2002:str":
            (try? JSONValue(parsing: Array(scalar.string.utf8))) ?? .string(scalar.string)
        case .scalar(let scalar): .string(scalar.string)
        case .alias: .null
        }
    }

    @Test(arguments: documents)
    func `an answer as YAML says what it says as JSON`(json: String) throws {
        let document = try JSONValue(parsing: Array(json.utf8))
        let yaml = YAMLText(document).lines.joined(separator: "\n")
        #expect(Self.plain(try #require(try compose(yaml: yaml))) == document, "\(yaml)")
    }

    @Test func `YAML is in block style`() throws {
        let document = try JSONValue(parsing: Array(#"{"a":{"b":[{"c":1,"d":["x",[2]]},3]},"e":[],"f":"on"}"#.utf8))
        #expect(
            YAMLText(document).lines == [
                "a:", "  b:", "  - c: 1", "    d:", "    - x", "    -", "      - 2", "  - 3", "e: []", "f: \"on\"",
            ])
    }
}
