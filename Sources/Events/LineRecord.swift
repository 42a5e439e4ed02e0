import Sessions

/// One line taken apart, whatever its format.
struct LineRecord: Sendable {
    var format: LineFormat
    var fields: [LogField] = []
    /// The text that says what happened; of JSON it is found among the fields.
    var message: ArraySlice<UInt8> = []
    /// The time stamped on a text line.
    var time: UnixTime?
    /// Its time stamp has the shape of one but is none.
    var hasBadTime = false
    /// A quote or bracket without end.
    var isBroken = false
}
