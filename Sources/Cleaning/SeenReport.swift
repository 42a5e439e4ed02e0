import Sessions

/// Another instance's report, with the time of its last renewal.
struct SeenReport: Sendable {
    var count: Int
    /// A monotonic timestamp.
    var renewedAt: Double
    /// True once the report was renewed while we watched: its author was observing a moment ago.
    var isLive = false
    var silence: SilenceReport
}
