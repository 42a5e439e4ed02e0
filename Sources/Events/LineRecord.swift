import Sessions

/// The parts of a line, whatever its format.
struct LineRecord: Sendable {
    /// The parts besides fields and message.
    struct Head: Sendable {
        var format: LineFormat
        /// The timestamp of a text line.
        var time: UnixTime?
        /// True if the timestamp has the right shape but is not a time.
        var hasBadTime = false
        /// True if a quote or bracket is not closed.
        var isBroken = false
        /// The time of the line's wrappers, for a line without a time of its own.
        var wrapperTime: UnixTime?
    }

    var head: Head
    var fields: [LogField] = []
    /// The text that says what happened. In JSON it is one of the fields.
    var message: ArraySlice<UInt8> = []
    /// The node that the line's wrappers name, for a line that names none.
    var wrapperNode: String?
}
