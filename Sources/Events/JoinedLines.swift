import Sessions

/// A record of several lines, joined.
struct JoinedLines: Sendable {
    var bytes: [UInt8] = []
    var lines = 0
    /// True if it is too long; then only its end is awaited.
    var isOverLimit = false
    var node: String?
    var time: UnixTime?

    mutating func append(_ piece: ArraySlice<UInt8>, space: Bool = false) {
        lines += 1
        if bytes.count + piece.count + 1 > LineLimits.lineBytes || lines > LineLimits.joinedLines {
            isOverLimit = true
            bytes = []
        }
        guard !isOverLimit else { return }
        if space, !bytes.isEmpty { bytes.append(0x20) }
        bytes.append(contentsOf: piece)
    }
}
