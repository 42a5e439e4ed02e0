/// The positions of all files at one moment. They are taken first, and written once all results before them have been
/// processed.
public struct LogPositions: Sendable, Equatable {
    var positions: [Position] = []
    /// The offsets of the open files, by ``LogChunk/file``.
    var offsets: [Int: UInt64] = [:]
}
