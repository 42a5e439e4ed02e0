/// The position in one file, as kept across restarts.
struct Position: Sendable, Equatable {
    /// The path at which the file was found.
    var path: String
    var identity: FileFacts.Identity
    var fingerprint: Fingerprint
    /// ``LogProgress/settledAt``.
    var offset: UInt64
    /// ``LogProgress/counted``.
    var counted: Int
    /// True if the file was read to its end and closed, so that it need not be searched for.
    var hasEnded = false
}
