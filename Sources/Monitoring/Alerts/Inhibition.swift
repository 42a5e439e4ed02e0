/// Alerts that need not be told while another is: they follow from it.
struct Inhibition: Sendable {
    let cause: String
    /// Only of this severity, where it is given.
    var severity: Severity?
    let effects: [String]
    /// Only effects of this severity, where it is given.
    var effectSeverity: Severity?
    /// Labels that must be the same on both.
    var equal = ["cluster", "job"]
    let why: String

    static let standard = [
        Inhibition(
            cause: "McpSessiondDown", effects: ["McpSessiondInstanceDown"], why: "All are down, so each is."),
        Inhibition(
            cause: "McpSessiondInstanceDown", effects: ["McpSessiondPictureStale"],
            equal: ["cluster", "job", "instance"],
            why: "What is down has no picture."),
        Inhibition(
            cause: "McpSessiondInstanceDown", effects: ["McpCleanupLeaseHolders"],
            why: "It may hold the lease where Prometheus cannot see it."),
        Inhibition(
            cause: "McpRegistryUnreachable",
            effects: [
                "McpRegistryPictureStale", "McpSessiondPictureStale", "McpSessiondResyncing", "McpCleanupSuspended",
                "McpCleanupNotRunning", "McpCleanupLeaseHolders", "McpEventLagHigh", "McpSessionErrorBudgetBurn",
            ], why: "Without Redis nothing is read, cleaned or judged."),
        Inhibition(
            cause: "McpRegistryPictureStale",
            effects: [
                "McpSessiondPictureStale", "McpSessiondResyncing", "McpCleanupSuspended", "McpCleanupNotRunning",
            ],
            why: "No picture anywhere; cleanup brakes on it."),
        Inhibition(
            cause: "McpAllNodesDown",
            effects: [
                "McpNodeDownWithSessions", "McpNodeRestartLoop", "McpOrphansPilingUp", "McpCleanupSuspended",
                "McpReconnectionStorm",
            ], why: "All are down, so each is, and all their sessions are orphans."),
        Inhibition(
            cause: "McpNodeSilentButWorking", effects: ["McpNodeDownWithSessions"],
            equal: ["cluster", "job", "node_id"],
            why: "It is not down: its heartbeat is. Who is told that it is down restarts it."),
        Inhibition(
            cause: "McpNodeNameShared", effects: ["McpNodeRestartLoop", "McpNodeSuspect", "McpNodeCountDrift"],
            equal: ["cluster", "job", "node_id"],
            why: "Each turn looks like a restart, and each process denies and does not count what the other holds."),
        Inhibition(
            cause: "McpNodeSuspect", effects: ["McpNodeCountDrift"], equal: ["cluster", "job", "node_id"],
            why: "The drift is why it is suspect."),
        Inhibition(
            cause: "McpRequestsMisrouted", effects: ["McpSessionErrorBudgetBurn", "McpClientsStuck"],
            why: "Misrouted requests spend the budget, and their clients may well be stuck."),
        Inhibition(
            cause: "McpSessionsVanished", effects: ["McpUnknownSessionRequests", "McpSessionErrorBudgetBurn"],
            why: "The clients of what vanished come back for it."),
        Inhibition(
            cause: "McpRegistryEvictingKeys", effects: ["McpUnknownSessionRequests"],
            why: "The clients of what was evicted come back for it."),
        Inhibition(
            cause: "McpCleanupSuspended", effects: ["McpCleanupNotRunning", "McpOrphansPilingUp"],
            why: "Held back, it removes nothing."),
        Inhibition(
            cause: "McpCleanupLeaseHolders", effects: ["McpCleanupNotRunning", "McpOrphansPilingUp"],
            why: "Nobody cleans without the lease."),
        Inhibition(
            cause: "McpCleanupNotRunning", effects: ["McpOrphansPilingUp"], why: "Nothing removes them."),
        Inhibition(
            cause: "McpLogReadingBehind", effects: ["McpEventLagHigh"], why: "What is read late is judged late."),
        Inhibition(
            cause: "McpSessionErrorBudgetBurn", severity: .critical, effects: ["McpSessionErrorBudgetBurn"],
            effectSeverity: .warning, why: "The faster burn says it all."),
    ]
}
