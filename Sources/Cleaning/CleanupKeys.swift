import Sessions

/// The Redis keys through which instances share the state of cleanup.
enum CleanupKeys {
    static let lease = KeySpace.ourPrefix + "lease"
    static let stop = KeySpace.ourPrefix + "suspend"
    /// Prefixes; the fingerprint of the instances that write the key follows.
    static let known = KeySpace.ourPrefix + "known:"
    static let silence = KeySpace.ourPrefix + "silence:"
    static let servers = KeySpace.ourPrefix + "servers"
    static let runs = KeySpace.ourPrefix + "runs"
    static let audit = KeySpace.ourPrefix + "audit"
    static let instances = KeySpace.ourPrefix + "instances"
    /// The index of removed sessions that can be restored; parts have the same beginning. The braces keep all of them in
    /// one slot of a cluster.
    static let undo = KeySpace.ourPrefix + "{undo}"

    /// The approximate number of records that the audit keeps. Each covers one step of up to
    /// ``CleanupPolicy/batchKeys`` sessions.
    static let auditLimit = 10_000
}
