/// One server's part of the registry. Without a cluster there is one shard.
struct Shard: Sendable {
    var view = ViewState()
    /// True if changes are reported as they happen. What is read counts at once then, since any later change will be
    /// reported.
    var isLive = false
    /// True if they have been reported since the last complete full scan. What the next one finds different was missed.
    var wasLive = false
    /// The full scan in progress, if there is one.
    var fullScan: FullScanInProgress?
    /// The number of the last full scan. Sessions that a complete one did not see are gone.
    var fullScanNumber: UInt16 = 0
    var sessions = 0
    var lastFullScan = FullScanTotals()
    /// The time at which the last complete full scan began to take in sessions. What it saw existed then.
    var readFrom: UnixTime?
}

extension Shard {
    /// The terms on which sessions are taken in, in the shard's present state.
    struct Terms: Sendable {
        /// True if there is no view yet.
        var isFirst: Bool
        /// True if what is read counts at once, and does not wait for the end of the full scan.
        var countsAtOnce: Bool
        var isScanning: Bool
        /// True if changes have been reported since the last complete full scan. What differs was missed.
        var wasLive: Bool
        /// The number of the full scan.
        var number: UInt16
        var isAfterGap: Bool
        /// The time as of which the view was valid.
        var since: UnixTime?

        /// Returns whether a session that is new here was created just now. The first full scan finds no such session.
        /// After a gap, only the session's own time can show it.
        func isNews(_ entry: SessionEntry) -> Bool {
            guard let since else { return false }
            return !isAfterGap || (entry.created != 0 && Int64(entry.created) * 1000 >= since.milliseconds)
        }
    }
}
