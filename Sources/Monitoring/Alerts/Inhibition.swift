/// Alerts that are not sent while another one fires, since they follow from it.
struct Inhibition: Sendable {
    let cause: String
    /// The severity of the cause; nil for any.
    var severity: Severity?
    let effects: [String]
    /// The severity of the effects; nil for any.
    var effectSeverity: Severity?
    /// The labels that must be equal on both.
    var equal = ["cluster", "job"]
    let why: String

    /// The entry in Alertmanager's file.
    var yaml: String {
        func matchers(_ names: [String], _ severity: Severity?) -> String {
            let name =
                names.count == 1 ? #"alertname="\#(names[0])""# : #"alertname=~"\#(names.joined(separator: "|"))""#
            let all = [name] + (severity.map { [#"severity="\#($0.rawValue)""#] } ?? [])
            return all.map { "      - \($0)\n" }.joined()
        }
        return "  # \(why)\n  - source_matchers:\n" + matchers([cause], severity)
            + "    target_matchers:\n" + matchers(effects, effectSeverity)
            + "    equal: [\(equal.joined(separator: ", "))]\n"
    }

    static let standard = [
        Inhibition(
            cause: "McpSessiondDown", effects: ["McpSessiondInstanceDown"], why: "If all are down, each is."),
        Inhibition(
            cause: "McpSessiondInstanceDown", effects: ["McpSessiondViewStale"],
            equal: ["cluster", "job", "instance"],
            why: "An instance that is down has no view."),
        Inhibition(
            cause: "McpSessiondInstanceDown", effects: ["McpCleanupLeaseHolders"],
            why: "The instance may hold the lease though Prometheus cannot see it."),
        Inhibition(
            cause: "McpRegistryUnreachable",
            effects: [
                "McpRegistryViewStale", "McpSessiondViewStale", "McpSessiondResyncing", "McpCleanupSuspended",
                "McpCleanupNotRunning", "McpCleanupLeaseHolders", "McpEventLagHigh", "McpSessionErrorBudgetBurn",
            ], why: "Without Redis nothing is read, judged or removed."),
        Inhibition(
            cause: "McpRegistryViewStale",
            effects: [
                "McpSessiondViewStale", "McpSessiondResyncing", "McpCleanupSuspended", "McpCleanupNotRunning",
            ],
            why: "No instance has a view, and a stale view is a brake."),
        Inhibition(
            cause: "McpAllNodesDown",
            effects: [
                "McpNodeDownWithSessions", "McpNodesMissing", "McpNodeRestartLoop", "McpOrphansPilingUp",
                "McpCleanupSuspended", "McpReconnectionStorm",
            ], why: "If all are down, each is, and all their sessions are orphans."),
        Inhibition(
            cause: "McpNodeSilentButWorking", effects: ["McpNodeDownWithSessions"],
            equal: ["cluster", "job", "node_id"],
            why: "Only its heartbeat is down, and somebody who hears that the node is down would restart it."),
        Inhibition(
            cause: "McpNodeNameShared", effects: ["McpNodeRestartLoop", "McpNodeSuspect", "McpNodeCountDrift"],
            equal: ["cluster", "job", "node_id"],
            why: "Each turn looks like a restart, and neither process knows the sessions of the other."),
        Inhibition(
            cause: "McpNodeSuspect", effects: ["McpNodeCountDrift"], equal: ["cluster", "job", "node_id"],
            why: "The node is suspect because of the drift."),
        Inhibition(
            cause: "McpRequestsMisrouted", effects: ["McpSessionErrorBudgetBurn", "McpClientsStuck"],
            why: "Misrouted requests spend the budget, and their clients may well be stuck."),
        Inhibition(
            cause: "McpSessionsVanished", effects: ["McpUnknownSessionRequests", "McpSessionErrorBudgetBurn"],
            why: "The clients still name the sessions that vanished."),
        Inhibition(
            cause: "McpRegistryEvictingKeys", effects: ["McpUnknownSessionRequests"],
            why: "The clients still name the sessions that were evicted."),
        Inhibition(
            cause: "McpRemovedSessionInUse", effects: ["McpCleanupNotRunning", "McpOrphansPilingUp"],
            why: "Until a person resumes cleanup, it removes nothing."),
        Inhibition(
            cause: "McpCleanupSuspended", effects: ["McpCleanupNotRunning", "McpOrphansPilingUp"],
            why: "While a brake holds it, cleanup removes nothing."),
        Inhibition(
            cause: "McpCleanupLeaseHolders", effects: ["McpCleanupNotRunning", "McpOrphansPilingUp"],
            why: "Without the lease nobody removes orphans."),
        Inhibition(
            cause: "McpCleanupNotRunning", effects: ["McpOrphansPilingUp"], why: "Nothing removes orphans."),
        Inhibition(
            cause: "McpLogReadingBehind", effects: ["McpEventLagHigh"], why: "Lines that are read late are judged late."
        ),
        Inhibition(
            cause: "McpSessionErrorBudgetBurn", severity: .critical, effects: ["McpSessionErrorBudgetBurn"],
            effectSeverity: .warning, why: "The faster burn is the graver one."),
    ]
}
