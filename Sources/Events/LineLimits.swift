/// Limits on what is read, whatever a source sends.
public enum LineLimits {
    /// The maximum length of a line, or of joined lines, in bytes.
    public static let lineBytes = 65_536
    /// The maximum number of lines of a record: a Node object printed over several lines, or the pieces of a partial
    /// line.
    public static let joinedLines = 64
    /// The maximum number of lines until the rest of a partial line must follow. Its writer may have died.
    public static let waitingLines = 1_000
    /// The maximum number of nested wrappers (CRI inside syslog inside journald).
    public static let wrappers = 4
    /// The maximum depth of objects and arrays.
    static let depth = 16
    /// The maximum number of fields that are read.
    static let fields = 256
    /// The maximum number of words that are read of a message.
    static let words = 200
    /// The maximum length of a node's name, a boot, a cookie's value or a client's text, in bytes.
    static let nameBytes = 256
}
