/// The age of the view, and whether it is complete.
public struct ViewState: Sendable, Equatable {
    /// The time at which the view was last known to match Redis: the end of a full scan or, while changes are reported
    /// live, the last sign that they are. Nil before the first complete full scan.
    public var asOf: UnixTime?
    /// The reason why the view is incomplete now. Nil if it is complete.
    public var gap: Gap?

    public enum Gap: String, Sendable, CaseIterable {
        case firstFullScan = "first_full_scan"
        case connectionLost = "connection_lost"
        case fullScanFailed = "full_scan_failed"
        /// Changes may have been missed, so everything is being read again.
        case resync
        /// Some slots of the cluster have no server.
        case slotsMissing = "slots_missing"
    }

    public var isComplete: Bool { asOf != nil && gap == nil }

    /// The time since ``asOf``; nil before the first complete full scan. After Redis' clock was set back, `asOf` lies
    /// ahead, and nobody can tell the true age: the view then counts as old as it lies ahead.
    public func ageSeconds(at now: UnixTime) -> Double? { asOf.map { abs(now - $0) } }

    public init() {
        gap = .firstFullScan
    }
}
