import Sessions

/// The keys in which instances share what cleanup needs.
enum CleanupKeys {
    static let lease = KeySpace.ourPrefix + "lease"
    static let stop = KeySpace.ourPrefix + "suspend"
    /// Each followed by the fingerprint of those that write it.
    static let known = KeySpace.ourPrefix + "known:"
    static let silence = KeySpace.ourPrefix + "silence:"
    static let servers = KeySpace.ourPrefix + "servers"
    static let runs = KeySpace.ourPrefix + "runs"
    static let audit = KeySpace.ourPrefix + "audit"
    static let instances = KeySpace.ourPrefix + "instances"

    /// Records that the audit keeps, about: each of a step, which removes up to ``CleanupPolicy/batchKeys`` sessions.
    static let auditLimit = 10_000
}
