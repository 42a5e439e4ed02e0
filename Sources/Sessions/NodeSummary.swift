/// A node with the counts of its sessions, for all its boots.
public struct NodeSummary: Sendable {
    public var node: Node
    public var counts: StateCounts
    /// The reasons why it is suspect. Empty if it is not.
    public var suspicions: [Suspicion]
    /// The requests of the last 15 minutes that could not be served although the session is registered: for sessions
    /// that this node owns, whoever refused them, and refused by this node, whoever owns them.
    public var misroutesTo: Int
    public var misroutesFrom: Int
    /// The seconds by which its clock is behind the registry's, according to its log lines; below zero it is ahead. Nil
    /// if no line arrived in the last minutes.
    public var clockOffsetSeconds: Double?
    /// The sessions that were seen to appear on it, and to end, by kind of end.
    public var created: Int
    public var ended: [Ending: Int]
    var judged: Ring<Judgement>

    /// The boot that works without a heartbeat. Nil if there is none.
    public var silentWorker: SilentWorker?
    /// The boots that take turns under its name.
    public var takingTurns: [Boot]

    public var isSuspect: Bool { !suspicions.isEmpty }

    /// The latest requests that it refused, or that were refused for sessions that it owns; the oldest first.
    public var recentJudgements: [Judgement] { judged.elements }

    public var flags: [NodeFlag] {
        NodeFlag.allCases.filter { flag in
            switch flag {
            case .suspect: isSuspect
            case .silentButWorking: silentWorker != nil
            case .sharedName: !takingTurns.isEmpty
            }
        }
    }
}
