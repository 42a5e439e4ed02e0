import Testing

@testable import YAML

@Suite struct YAMLNodeTests {
    /// The node as one line: plain texts as they are, others in quotes.
    private static func line(_ node: YAMLNode) -> String {
        switch node.content {
        case .text(let text, let isPlain): isPlain ? text : "\"\(text)\""
        case .list(let elements): "[\(elements.map(line).joined(separator: " "))]"
        case .map(let pairs): "{\(pairs.map { "\(line($0.key)):\(line($0.value))" }.joined(separator: " "))}"
        }
    }

    @Test(arguments: [
        ("a: 1\nb:\n- x\n- 'y z'\n- \"\\u00e9\\0\"\n", "{a:1 b:[x \"y z\" \"é\0\"]}"),
        ("{a: [], b: {}}", "{a:[] b:{}}"),
        ("a: |\n  x\n  y\n", "{a:\"x\ny\n\"}"), ("a:\n", "{a:}"), ("--- yes\n...\n", "yes"), ("\u{FEFF}a: 1", "{a:1}"),
        ("? [a]\n: b\n? [a]\n: c", "{[a]:b [a]:c}"), ("!!int a: !x 'b'", "{a:\"b\"}"),
    ])
    func aDocumentIsRead(text: String, line: String) throws {
        #expect(try Self.line(#require(try YAMLNode.root(of: text))) == line)
    }

    @Test(arguments: ["", "\n", "# nothing\n"]) func aTextMayHoldNoDocument(text: String) throws {
        #expect(try YAMLNode.root(of: text) == nil)
    }

    @Test func placesCountFromOneInUnicodeScalars() throws {
        let root = try #require(try YAMLNode.root(of: "a:\n  \"e\u{301}\": [x, y]\n"))
        guard case .map(let outer) = root.content, case .map(let inner) = outer[0].value.content,
            case .list(let elements) = inner[0].value.content
        else {
            Issue.record("not these maps")
            return
        }
        let marks = [root, outer[0].key, inner[0].key, elements[0], elements[1]].map(\.mark)
        let expected = [(1, 1), (1, 1), (2, 3), (2, 10), (2, 13)].map { YAMLMark(line: $0, column: $1) }
        #expect(marks == expected)
    }

    @Test(
        arguments: [
            ("a: [1", .malformed("did not find expected ',' or ']'", YAMLMark(line: 2, column: 1))),
            ("a: *x", .malformed("found undefined alias", YAMLMark(line: 1, column: 4))),
            ("a: 1\n---\nb: 2", .malformed("but found another document", YAMLMark(line: 2, column: 1))),
            ("a: 1\nb: \u{1}", .unreadable("control characters are not allowed", line: 2)),
            (
                "a:\n- {b: 1}\n- [{b: 1, b: 2}]",
                .repeatedKey(
                    path: ["a[1][0]", "b"], first: YAMLMark(line: 3, column: 5), second: YAMLMark(line: 3, column: 11))
            ),
            (
                "a: 1\n'a': 2",
                .repeatedKey(path: ["a"], first: YAMLMark(line: 1, column: 1), second: YAMLMark(line: 2, column: 1))
            ),
        ] as [(String, YAMLError)])
    func whatIsNotReadIsNamedWhereItStands(text: String, error: YAMLError) {
        #expect(throws: error) { try YAMLNode.root(of: text) }
    }

    @Test(arguments: ["[", "{a: ", "- ", "? "]) func depthIsBounded(opening: String) throws {
        let text = String(repeating: opening, count: 100_000)
        #expect {
            try YAMLNode.root(of: text)
        } throws: { error in
            if case .tooDeep(let mark) = error as? YAMLError { mark.column > YAMLParser.depthLimit } else { false }
        }
        let levels = YAMLParser.depthLimit
        let allowed = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        #expect(try YAMLNode.root(of: allowed) != nil)
    }
}
