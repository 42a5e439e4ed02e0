/// A value in a YAML document, with the place where it begins: `YAMLNode.root(of: "a: [1, 2]")`.
///
/// Nothing is guessed about types: `1`, `yes` and `2026-01-01` are texts. Anchors mean nothing, and aliases are refused.
public struct YAMLNode: Sendable {
    public enum Content: Sendable {
        /// `isPlain`: written without quotes, and not as a block.
        case text(String, isPlain: Bool)
        case list([YAMLNode])
        /// In the document's order; no two keys are the same text.
        case map([(key: YAMLNode, value: YAMLNode)])
    }

    public let content: Content
    public let mark: YAMLMark

    /// The one document in `text`; nil where there is none.
    public static func root(of text: String) throws(YAMLError) -> YAMLNode? {
        var parser = YAMLParser(text)
        return try parser.root()
    }

    /// The text of a scalar; nil for a list and a map.
    public var text: String? {
        if case .text(let text, _) = content { text } else { nil }
    }
}

/// A place in a text; lines and columns count from 1, columns in Unicode scalars.
public struct YAMLMark: Sendable, Equatable {
    public let line: Int
    public let column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// The reason why a text is not read.
public enum YAMLError: Error, Sendable, Equatable {
    /// It is not YAML, in libyaml's words.
    case malformed(String, YAMLMark)
    /// A byte that cannot be in a text; libyaml knows the line alone.
    case unreadable(String, line: Int)
    /// A key stands twice in one map. `path` leads to it: `["events", "files[0]", "path"]`.
    case repeatedKey(path: [String], first: YAMLMark, second: YAMLMark)
    /// Lists and maps lie in each other more than ``YAMLParser/depthLimit`` levels deep.
    case tooDeep(YAMLMark)
    case outOfMemory
}
