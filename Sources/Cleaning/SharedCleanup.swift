import Sessions

/// The state that instances share, as it is in Redis.
struct SharedCleanup: Sendable, Equatable {
    var stop: CleanupStop?
    var evidence = SharedEvidence()
    /// The newest first.
    var runs: [CleanupReport] = []
    var undo: [UndoPart] = []
}
