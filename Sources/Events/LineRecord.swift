import Sessions

/// One line taken apart, whatever its format.
struct LineRecord: Sendable {
    var head: LineHead
    var fields: [LogField] = []
    /// The text that says what happened; of JSON it is found among the fields.
    var message: ArraySlice<UInt8> = []
    /// The node that the line's wrappers name, for a line that names none itself.
    var wrapperNode: String?
}

/// What is known of a line besides its fields.
struct LineHead: Sendable {
    var format: LineFormat
    /// The time stamped on a text line.
    var time: UnixTime?
    /// Its time stamp has the shape of one but is none.
    var hasBadTime = false
    /// A quote or bracket without end.
    var isBroken = false
    /// That of the line's wrappers, for a line that has none itself.
    var wrapperTime: UnixTime?
}
