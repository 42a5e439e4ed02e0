/// Up to where one file was read, as it is kept over a restart.
struct Position: Sendable, Equatable {
    /// Under which it was followed.
    var path: String
    var identity: FileIdentity
    var fingerprint: Fingerprint
    /// ``LogProgress/settledAt``.
    var offset: UInt64
    /// ``LogProgress/counted``.
    var counted: Int
    /// It was read to its end and closed: no one need look for it.
    var hasEnded = false
}

/// Where all files were read to at one moment. Taken first and written later, once all that was read before is dealt with.
public struct LogPositions: Sendable, Equatable {
    var positions: [Position] = []
    /// By ``LogChunk/file``, of those that are open.
    var offsets: [Int: UInt64] = [:]
}
