/// What bounds the reading of lines, whatever a source sends.
public enum LineLimits {
    /// Bytes of a line, and of lines that were joined to one.
    public static let lineBytes = 65_536
    /// Lines joined to one record (a Node object printed over several lines, the pieces of a partial line).
    public static let joinedLines = 64
    /// Lines for which the rest of a partial line is waited for: its writer may have died.
    public static let waitingLines = 1_000
    /// Wrappers inside each other (CRI inside syslog inside journald).
    public static let wrappers = 4
    /// Objects and arrays inside each other.
    static let depth = 16
    /// Fields that are looked at.
    static let fields = 256
    /// Words of a message that are looked at.
    static let words = 200
    /// Bytes of a node's name, a boot, a cookie's value, a client's text.
    static let nameBytes = 256
}
