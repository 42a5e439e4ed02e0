import Sessions

/// The keys in which replicas share what cleanup needs.
enum CleanupKeys {
    static let lease = KeySpace.ourPrefix + "lease"
    static let stop = KeySpace.ourPrefix + "suspend"
    static let gone = KeySpace.ourPrefix + "gone"
    static let nodes = KeySpace.ourPrefix + "nodes"
    static let servers = KeySpace.ourPrefix + "servers"
    static let runs = KeySpace.ourPrefix + "runs"
    static let audit = KeySpace.ourPrefix + "audit"
    static let replicas = KeySpace.ourPrefix + "replicas"

    /// Removals that the audit keeps, about.
    static let auditLimit = 100_000
}
