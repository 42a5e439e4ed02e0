/// A path, or a pattern of glob(7), whose files are followed. `tag` is the user's own and comes back with each chunk.
public struct LogPattern: Sendable, Equatable {
    /// Absolute. `*`, `?`, `[...]` match within one part of a path; `\` takes their meaning away.
    public var path: String
    public var tag: Int

    public init(path: String, tag: Int) {
        self.path = path
        self.tag = tag
    }

    /// Whether the path is a pattern: else it is taken as it is written.
    var isGlob: Bool {
        path.utf8.contains { byte in
            byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "[")
                || byte == UInt8(ascii: "\\")
        }
    }
}
