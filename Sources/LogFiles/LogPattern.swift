/// A path or glob(7) pattern whose files are followed. The user chooses `tag`, which each chunk repeats.
public struct LogPattern: Sendable, Equatable {
    /// An absolute path. `*`, `?` and `[...]` match within one path component; `\` makes the next character literal.
    public var path: String
    public var tag: Int

    public init(path: String, tag: Int) {
        self.path = path
        self.tag = tag
    }

    /// True if the path is a pattern. A plain path is taken literally.
    var isGlob: Bool {
        path.utf8.contains { byte in
            byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "[")
                || byte == UInt8(ascii: "\\")
        }
    }
}
