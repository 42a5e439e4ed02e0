/// The input of the incident log: the cluster at one moment, in numbers whose cost depends on nodes and owners.
public struct IncidentSight: Sendable {
    public struct Owner: Sendable, Equatable {
        /// The boot as its sessions name it. Nil if they name none.
        public var boot: String?
        public var owned = 0
        /// The number of sessions orphaned because their owner is gone. Denied sessions are not included.
        public var orphaned = 0
        public var denied = 0
        /// The number of orphans that left it since it is gone.
        public var left = 0
    }

    public struct Node: Sendable, Equatable {
        public var status: Sessions.Node.Status
        public var workload: Workload?
        /// The reason why it is gone, and the node that came in its place.
        public var departure: Departure?
        public var successor: String?
        /// True if its end looks like a rollout's.
        public var wasRolledOut = false
        /// The time at which it was first seen, and whether others of its cluster were known before it.
        public var firstSeen: UnixTime
        public var isArrival = false
        /// The boot of the process that wrote the last heartbeat.
        public var boot: String?
        public var restarts = 0
        public var startedAt: UnixTime?
        public var lastHeartbeatAt: UnixTime?
        public var suspicions: [Suspicion] = []
        /// The boot that works without a heartbeat. Nil if there is none.
        public var silentWorker: SilentWorker?
        /// The boots that take turns under its name.
        public var takingTurns: [Boot] = []
        /// The owners that have sessions.
        public var owners: [Owner] = []
    }

    public var view = ViewState()
    public var nodes: [String: Node] = [:]
    /// The number of new sessions since the start.
    public var created = 0
    public var aftermaths = Aftermaths()

    public var tripwire = TripwireState.unknown
    /// The time since which Redis has not answered somebody who needs it. Nil if it answers.
    public var lostSince: UnixTime?
    /// The servers that are read from, if another server means a failover. Empty if none is read from.
    public var servers: Set<String> = []
    /// The number of refused requests since the start, and how many of them were misrouted, by the living owner of
    /// their session.
    public var refused = 0
    public var misrouted: [String: Int] = [:]

    public init() {}
}

extension Registry {
    /// Returns a sight with what the registry knows. The caller fills in the rest.
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
                status: node.status, workload: node.workload,
                departure: node.departure, successor: node.successor, wasRolledOut: node.wasRolledOut,
                firstSeen: node.firstSeen, isArrival: node.isArrival, boot: node.heartbeat?.boot?.text,
                restarts: node.restarts,
                startedAt: node.startedAt ?? node.bootSeen, lastHeartbeatAt: node.lastHeartbeatAt,
                suspicions: suspicions(ofNode: number, counts[number], at: now),
                silentWorker: liveness.evidence.silentWorker(of: node.name, policy),
                takingTurns: liveness.evidence.takingTurns(node.name), owners: ofNodes[number])
        }
        return sight
    }
}
