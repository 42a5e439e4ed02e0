/// What incidents are told by: the cluster at one moment, in numbers that cost by nodes and owners.
public struct IncidentSight: Sendable {
    public struct Owner: Sendable, Equatable {
        /// As its sessions name it; nil where they name none.
        public var boot: String?
        public var owned = 0
        /// Orphaned as their owner is gone; those that it denies are not among them.
        public var orphaned = 0
        public var denied = 0
        /// Orphans that left it since it is gone.
        public var left = 0
    }

    public struct Node: Sendable, Equatable {
        public var status: Sessions.Node.Status
        /// Of the process that beats, or beat last.
        public var boot: String?
        public var restarts = 0
        public var startedAt: UnixTime?
        public var lastHeartbeatAt: UnixTime?
        public var suspicions: [Suspicion] = []
        /// The boot that works on without a heartbeat; nil where none does.
        public var silentWorker: SilentWorker?
        /// The boots that take turns under its name.
        public var takingTurns: [Boot] = []
        /// Those with sessions.
        public var owners: [Owner] = []
    }

    public var view = ViewState()
    public var nodes: [String: Node] = [:]
    /// New sessions, as counted since the start.
    public var created = 0
    public var aftermaths = Aftermaths()

    /// Since when Redis does not answer somebody who needs it; nil where it does.
    public var lostSince: UnixTime?
    /// The servers that are read from, where another one means that it took over; empty where none is read from.
    public var servers: Set<String> = []
    /// Refused requests, and of them those that were misrouted by the living owner of their session: as counted since the
    /// start.
    public var refused = 0
    public var misrouted: [String: Int] = [:]

    public init() {}
}

extension Registry {
    /// What the registry knows of it; the rest is to be filled in.
    public func incidentSight(at now: UnixTime) -> IncidentSight {
        var sight = IncidentSight()
        sight.view = view
        sight.created = population.turnover.unownedCreated
        var ofNodes = Array(repeating: [IncidentSight.Owner](), count: nodeCount)
        var counts = Array(repeating: StateCounts(), count: nodeCount)
        for owner in population.owners.inUse {
            let its = self.counts(of: owner)
            counts[owner.node].add(its)
            let denied = its.orphaned[.ownerDenies] ?? 0
            let orphaned = its.orphanedInAll - denied
            if let known = ofNodes[owner.node].firstIndex(where: { $0.boot == owner.boot?.text }) {
                ofNodes[owner.node][known].owned += its.owned
                ofNodes[owner.node][known].orphaned += orphaned
                ofNodes[owner.node][known].denied += denied
                ofNodes[owner.node][known].left += owner.leftAsOrphans
            } else {
                ofNodes[owner.node].append(
                    .init(
                        boot: owner.boot?.text, owned: its.owned, orphaned: orphaned, denied: denied,
                        left: owner.leftAsOrphans))
            }
        }
        for (number, node) in liveness.nodes.enumerated() {
            sight.created += population.turnover.nodes[number].created
            sight.nodes[node.name] = IncidentSight.Node(
                status: node.status, boot: node.heartbeat?.boot?.text, restarts: node.restarts,
                startedAt: node.startedAt ?? node.bootSeen, lastHeartbeatAt: node.lastHeartbeatAt,
                suspicions: node.suspicions(counts[number]),
                silentWorker: liveness.evidence.silentWorker(of: node.name, policy),
                takingTurns: liveness.evidence.takingTurns(node.name), owners: ofNodes[number])
        }
        return sight
    }
}
