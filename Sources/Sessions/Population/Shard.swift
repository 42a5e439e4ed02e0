/// One server's part of the registry; a registry that is no cluster has one.
struct Shard: Sendable {
    var view = ViewState()
    /// Changes are told as they come: what is read counts at once, since whatever happens to it later will be told.
    var isLive = false
    /// They were told since the last complete reading too: what the next one finds different was missed.
    var wasLive = false
    /// The reading in progress, if there is one.
    var reading: FullScanInProgress?
    /// Numbers the fullScans; what a complete one did not see is gone.
    var fullScanNumber: UInt16 = 0
    var sessions = 0
    var lastFullScan = FullScanTotals()
    /// When the last complete reading began to take sessions in: what it saw was there then.
    var readFrom: UnixTime?
}

extension Shard {
    /// The terms on which sessions are taken in, as the shard stands now.
    struct Terms: Sendable {
        /// There is no view yet.
        var isFirst: Bool
        /// What is read counts at once, and does not wait for the end of the reading.
        var countsAtOnce: Bool
        var isScanning: Bool
        /// Changes were told since the last complete reading: what differs was missed.
        var wasLive: Bool
        /// The number of the reading.
        var number: UInt16
        var isAfterGap: Bool
        /// What the view was known to be as of.
        var since: UnixTime?

        /// Whether a session that is new to us was created just now: not by the first full scan, and after a gap only if
        /// its own time says so.
        func isNews(_ entry: SessionEntry) -> Bool {
            guard let since else { return false }
            return !isAfterGap || (entry.created != 0 && Int64(entry.created) * 1000 >= since.milliseconds)
        }
    }
}

/// A reading changes nothing until it is complete: sessions that are as they were are only marked as seen, and what
/// differs waits here. Only before there is any view, and while changes come live, are they taken in at once.
struct FullScanInProgress: Sendable {
    struct Staged: Sendable {
        var entry: SessionEntry
        var id: SessionID
        var isGone: Bool
    }

    var staged: [Staged] = []
    /// When the first sessions were taken in.
    var began: UnixTime?
    var applied = 0
    var sweptShelves = 0
    /// Sessions that carry this reading's number.
    var seen = 0
    /// Set when it is known how those that were not seen came to their end.
    var unseenEnding: Ending?
}

/// What a complete reading found besides the sessions themselves.
public struct FullScanTotals: Sendable, Equatable {
    public var sessionKeys = 0
    public var nodeKeys = 0
    public var skipped: [SkippedKey: Int] = [:]

    public init() {}

    mutating func add(_ other: FullScanTotals) {
        sessionKeys += other.sessionKeys
        nodeKeys += other.nodeKeys
        skipped.merge(other.skipped, uniquingKeysWith: +)
    }
}

/// Why a key under the session prefix is no session: the `reason` label of `mcp_registry_skipped_keys`.
public enum SkippedKey: String, Sendable, CaseIterable {
    case suffix, type
    case idLength = "id_length"
    case idCharset = "id_charset"
}

/// How far the view can be trusted.
public struct ViewState: Sendable, Equatable {
    /// When it was last known to be what Redis held: the end of a reading, or while changes come live the last sign
    /// that they do. Nil before the first complete reading.
    public var asOf: UnixTime?
    /// Why the view is incomplete now; nil where it is.
    public var gap: Gap?

    public enum Gap: String, Sendable, CaseIterable {
        case firstFullScan = "first_full_scan"
        case connectionLost = "connection_lost"
        case fullScanFailed = "full_scan_failed"
        /// Changes may have been missed; everything is being read again.
        case resync
        /// Slots of the cluster that no server has.
        case slotsMissing = "slots_missing"
    }

    public var isComplete: Bool { asOf != nil && gap == nil }

    public init() {
        gap = .firstFullScan
    }
}
