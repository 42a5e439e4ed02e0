/// A full scan in progress. It changes nothing until it is complete: unchanged sessions are only marked as seen, and
/// those that differ wait here. They are taken in at once only before there is any view, and while changes are reported
/// live.
struct FullScanInProgress: Sendable {
    struct Staged: Sendable {
        var entry: SessionEntry
        var id: SessionID
        var isGone: Bool
    }

    var staged: [Staged] = []
    /// The time at which the first sessions were taken in.
    var began: UnixTime?
    var applied = 0
    var sweptShelves = 0
    /// The number of sessions that carry this full scan's number.
    var seen = 0
    /// The way in which the sessions that were not seen ended, once it is known.
    var unseenEnding: Ending?
}

/// The totals of a complete full scan, besides the sessions themselves.
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

/// The reason why a key under the session prefix is no session: the `reason` label of `mcp_registry_skipped_keys`.
public enum SkippedKey: String, Sendable, CaseIterable {
    case suffix, type
    case idLength = "id_length"
    case idCharset = "id_charset"
}
