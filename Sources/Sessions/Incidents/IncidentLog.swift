/// What went wrong, in its order: told by looks at the cluster, each in comparison with the one before. Pure, and the same
/// looks always make the same log.
public struct IncidentLog: Sendable {
    /// Incidents remembered; then the oldest of those that are over leaves for each new one.
    public static let limit = 256
    /// What happens again at most so long after its end is the same incident.
    public static let settleSeconds = 600.0
    /// What became of the sessions is followed for so long after the end.
    public static let followSeconds = 3600.0

    /// The oldest first.
    public internal(set) var incidents: [Incident] = []
    /// Of the next incident.
    public private(set) var nextNumber = 1

    var nodes: [String: NodeMemory] = [:]
    var redis = RedisMemory()
    var flushes: Set<SharedEnd.Key> = []
    var misroutes = MisrouteMemory()
    var pace = SessionPace()
    var storm: StormMemory?
    /// New sessions and refused requests that were counted at the last look.
    var counted: (created: Int, refused: Int, asOf: UnixTime)?

    public init() {}

    /// Goes on with what an earlier process kept, which was last looked at then. It cannot be known when a storm was over
    /// that nobody watched.
    public init(restoring kept: [Incident], nextNumber: Int, keptAt: UnixTime) {
        incidents = kept.sorted { $0.id < $1.id }.suffix(Self.limit)
        self.nextNumber = max(nextNumber, (kept.map(\.id.number).max() ?? 0) + 1)
        for index in incidents.indices {
            for part in incidents[index].parts.indices { incidents[index].parts[part].isInherited = true }
            if let storm = incidents[index].storm, storm.endedAt == nil {
                incidents[index].storm?.endedAt = max(keptAt, storm.peakAt)
            }
            if incidents[index].kind == .reconnectionStorm, incidents[index].isOpen {
                incidents[index].end(at: keptAt)
            }
        }
    }

    public var openCount: Int { incidents.count(where: \.isOpen) }

    /// By what sessions of that owner were lost; the latest where it was several times.
    public func incident(ofOwner node: String, boot: String?) -> Incident? {
        incidents.last { $0.concerns(node: node, boot: boot) }
    }

    /// By what a session vanished that ended then.
    public func incident(ofVanishedAt time: UnixTime) -> Incident? {
        incidents.last { incident in
            incident.kind == .registryFlushed && incident.beganAt <= time
                && time - (incident.endedAt ?? time) <= SharedEnds.joinSeconds
        }
    }

    /// Takes one look. Nodes are judged by complete views alone, so that neither an outage of Redis nor a first full scan
    /// makes a death.
    public mutating func look(_ sight: IncidentSight, at now: UnixTime) {
        lookAtRedis(sight, at: now)
        if sight.view.isComplete {
            lookAtNodes(sight, at: now)
            lookAtFlushes(sight, at: now)
        }
        lookAtMisroutes(sight, at: now)
        lookAtPace(sight, at: now)
        if sight.view.isComplete { follow(sight, at: now) }
    }
}

// MARK: - The list

extension IncidentLog {
    func openIndex(_ kind: Incident.Kind, node: String? = nil) -> Int? {
        incidents.lastIndex { $0.isOpen && $0.kind == kind && $0.node == node }
    }

    /// Begins an incident, or goes on with the one of its kind that has just ended. The change is made in place.
    mutating func open(
        _ kind: Incident.Kind, node: String? = nil, boot: String? = nil, began: UnixTime, at now: UnixTime,
        _ change: (inout Incident) -> Void = { _ in }
    ) {
        let again = incidents.lastIndex { incident in
            incident.kind == kind && incident.node == node
                && incident.endedAt.map { now - $0 <= Self.settleSeconds } ?? true
        }
        if let again {
            incidents[again].endedAt = nil
            incidents[again].times += 1
            incidents[again].lastAt = max(min(began, now), incidents[again].beganAt)
            incidents[again].boot = boot
            change(&incidents[again])
            return
        }
        let id = Incident.ID(began: min(began, now), number: nextNumber)
        nextNumber += 1
        var incident = Incident(id: id, kind: kind, node: node, boot: boot)
        change(&incident)
        let place = incidents.lastIndex { $0.id < id }.map { $0 + 1 } ?? 0
        incidents.insert(incident, at: place)
        guard incidents.count > Self.limit else { return }
        let leaving = incidents.firstIndex { !$0.isOpen && $0.id != id } ?? 0
        if storm?.incident == incidents[leaving].id { storm = nil }
        incidents.remove(at: leaving)
    }

    mutating func change(_ id: Incident.ID, _ change: (inout Incident) -> Void) {
        if let index = incidents.lastIndex(where: { $0.id == id }) { change(&incidents[index]) }
    }

    mutating func changeEach(where fits: (Incident) -> Bool, _ change: (inout Incident) -> Void) {
        for index in incidents.indices where fits(incidents[index]) { change(&incidents[index]) }
    }
}
