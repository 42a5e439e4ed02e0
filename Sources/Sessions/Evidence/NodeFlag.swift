/// What is noteworthy of a node beside its status: the `flag` label of `mcp_registry_node_flags`. None is ever grounds for a
/// removal.
public enum NodeFlag: String, Sendable, CaseIterable {
    /// It beats, and is not believed: see ``Suspicion``.
    case suspect
    /// The heartbeat of one of its boots has ended, and that boot registers sessions or serves all the same.
    case silentButWorking = "silent_but_working"
    /// Two boots take turns under its name.
    case sharedName = "shared_name"
}

/// A boot that works on without a heartbeat.
public struct SilentWorker: Sendable, Equatable {
    public var boot: Boot?
    /// For how long no heartbeat of it was heard.
    public var silentSeconds: Double
    /// The last that it was heard to do.
    public var work: OwnerWork
}

extension OwnerEvidence {
    /// The boot of that node that worked last without a heartbeat; nil where none does.
    func silentWorker(of node: String, _ policy: NodePolicy) -> SilentWorker? {
        let workers = nodes[node]?.owners.filter { $0.worksSilently(margin: policy.signMarginSeconds) } ?? []
        return workers.compactMap { owner in
            owner.work.map { SilentWorker(boot: owner.boot, silentSeconds: owner.heartbeatSilentSeconds, work: $0) }
        }.max { $0.work.at < $1.work.at }
    }

    /// The boots that take turns under that name; empty where none do.
    func takingTurns(_ node: String) -> [Boot] { nodes[node]?.takingTurns ?? [] }
}
