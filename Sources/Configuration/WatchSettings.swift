/// The settings for following Redis, and for the load that this may put on it.
public struct WatchSettings: Sendable, Equatable {
    public enum Mode: String, Sendable, CaseIterable {
        case auto, tracking, scan
    }

    public var mode = Mode.auto
    /// In scan mode.
    public var scanEvery = Duration.seconds(30)
    /// In tracking mode.
    public var reconcileEvery = Duration.seconds(600)
    /// The share of the server's time that full scans may use, above 0 and up to 1.
    public var redisShare = 0.10
    /// The share for the first full scan, before which nothing can be answered.
    public var catchUpShare = 1.0

    public init() {}
}
