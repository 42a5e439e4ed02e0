/// The limits of reading, whatever a source sends.
public enum LineLimits {
    /// The most bytes of a line, or of lines that were joined.
    public static let lineBytes = 65_536
    /// The most lines of a record: a Node object printed over several lines, or the pieces of a partial line.
    public static let joinedLines = 64
    /// The most lines until the rest of a partial line must come. Its writer may have died.
    public static let waitingLines = 1_000
    /// The most nested wrappers (CRI inside syslog inside journald).
    public static let wrappers = 4
    /// The most nested objects and arrays.
    static let depth = 16
    /// The most fields that are read.
    static let fields = 256
    /// The most words of a message that are read.
    static let words = 200
    /// The most bytes of a node's name, a boot, a cookie's value or a client's text.
    static let nameBytes = 256
}
