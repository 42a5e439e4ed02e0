/// A remarkable fact about a node beside its status: the `flag` label of `mcp_registry_node_flags`. No flag is ever a
/// reason for a removal.
public enum NodeFlag: String, Sendable, CaseIterable {
    /// It has a heartbeat, but is not believed: see ``Suspicion``.
    case suspect
    /// The heartbeat of one of its boots has ended, but that boot still registers sessions or serves requests.
    case silentButWorking = "silent_but_working"
    /// Two boots take turns under its name.
    case sharedName = "shared_name"
}

/// A boot that still works without a heartbeat.
public struct SilentWorker: Sendable, Equatable {
    public var boot: Boot?
    /// The time for which no heartbeat of it was heard.
    public var silentSeconds: Double
    /// The last work that it was heard to do.
    public var work: OwnerWork
}

extension OwnerEvidence {
    /// The boot of that node that most recently worked without a heartbeat. Nil if there is none.
    func silentWorker(of node: String, _ policy: NodePolicy) -> SilentWorker? {
        let workers = nodes[node]?.owners.filter { $0.worksSilently(margin: policy.workMarginSeconds) } ?? []
        return workers.compactMap { owner in
            owner.work.map { SilentWorker(boot: owner.boot, silentSeconds: owner.heartbeatSilentSeconds, work: $0) }
        }.max { $0.work.at < $1.work.at }
    }

    /// The boots that take turns under that name. Empty if none do.
    func takingTurns(_ node: String) -> [Boot] { nodes[node]?.takingTurns ?? [] }
}
