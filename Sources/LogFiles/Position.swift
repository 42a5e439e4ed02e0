/// The position in one file, as it is kept over a restart.
struct Position: Sendable, Equatable {
    /// The path at which the file was found.
    var path: String
    var identity: FileFacts.Identity
    var fingerprint: Fingerprint
    /// The offset of ``LogProgress/settledAt``.
    var offset: UInt64
    /// The number of ``LogProgress/counted``.
    var counted: Int
    /// True if the file was read to its end and closed, so that nobody need look for it.
    var hasEnded = false
}
