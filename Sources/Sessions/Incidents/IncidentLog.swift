/// The log of incidents, in their order. It is made from sights of the cluster, each compared with the one before. It
/// is pure: the same sights always make the same log.
public struct IncidentLog: Sendable {
    /// The number of incidents remembered. Beyond it each new one replaces the oldest that is over.
    public static let limit = 256
    /// The longest time after its end within which a repetition belongs to the same incident.
    public static let settleSeconds = 600.0
    /// The time after the end for which the fate of the sessions is followed.
    public static let followSeconds = 3600.0

    /// The incidents, the oldest first.
    public internal(set) var incidents: [Incident] = []
    /// The number of the next incident.
    public private(set) var nextNumber = 1

    var nodes: [String: NodeMemory] = [:]
    var redis = RedisMemory()
    var flushes: Set<SharedEnd.Key> = []
    var misroutes = MisrouteMemory()
    var pace = SessionPace()
    var storm: StormMemory?
    /// The new sessions and refused requests that were counted at the last sight.
    var counted: (created: Int, refused: Int, asOf: UnixTime)?

    public init() {}

    /// Restores the incidents that an earlier process kept, and last updated at `keptAt`. If a storm was not over by
    /// then, nobody watched its end, so it is unknown.
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

    /// Returns the incident in which sessions of that owner were lost; the latest if there are several.
    public func incident(ofOwner node: String, boot: String?) -> Incident? {
        incidents.last { $0.concerns(node: node, boot: boot) }
    }

    /// Returns the incident in which a session vanished that ended then.
    public func incident(ofVanishedAt time: UnixTime) -> Incident? {
        incidents.last { incident in
            incident.kind == .registryFlushed && incident.beganAt <= time
                && time - (incident.endedAt ?? time) <= SharedEnds.joinSeconds
        }
    }

    /// Takes one sight. Nodes are judged by complete views alone, so that neither an outage of Redis nor a first full
    /// scan looks like a death.
    public mutating func take(_ sight: IncidentSight, at now: UnixTime) {
        checkRedis(sight, at: now)
        checkTripwire(sight, at: now)
        if sight.view.isComplete {
            checkNodes(sight, at: now)
            checkFlushes(sight, at: now)
        }
        checkMisroutes(sight, at: now)
        checkPace(sight, at: now)
        if sight.view.isComplete { follow(sight, at: now) }
    }
}

// MARK: - The list

extension IncidentLog {
    func openIndex(_ kind: Incident.Kind, node: String? = nil) -> Int? {
        incidents.lastIndex { $0.isOpen && $0.kind == kind && $0.node == node }
    }

    /// Opens an incident, or reopens one of its kind that has just ended. The change is made in place. Returns its id.
    @discardableResult
    mutating func open(
        _ kind: Incident.Kind, node: String? = nil, boot: String? = nil, began: UnixTime, at now: UnixTime,
        _ change: (inout Incident) -> Void = { _ in }
    ) -> Incident.ID {
        let again = incidents.lastIndex { incident in
            incident.kind == kind && incident.node == node && kind != .rollout
                && incident.endedAt.map { now - $0 <= Self.settleSeconds && !incident.isOverForGood } ?? true
        }
        if let again {
            incidents[again].endedAt = nil
            incidents[again].times += 1
            incidents[again].lastAt = max(min(began, now), incidents[again].beganAt)
            incidents[again].boot = boot
            change(&incidents[again])
            return incidents[again].id
        }
        let id = Incident.ID(began: min(began, now), number: nextNumber)
        nextNumber += 1
        var incident = Incident(id: id, kind: kind, node: node, boot: boot)
        change(&incident)
        let place = incidents.lastIndex { $0.id < id }.map { $0 + 1 } ?? 0
        incidents.insert(incident, at: place)
        guard incidents.count > Self.limit else { return id }
        let leaving = incidents.firstIndex { !$0.isOpen && $0.id != id } ?? 0
        if storm?.incident == incidents[leaving].id { storm = nil }
        incidents.remove(at: leaving)
        return id
    }

    mutating func change(_ id: Incident.ID, _ change: (inout Incident) -> Void) {
        if let index = incidents.lastIndex(where: { $0.id == id }) { change(&incidents[index]) }
    }

    mutating func changeEach(where fits: (Incident) -> Bool, _ change: (inout Incident) -> Void) {
        for index in incidents.indices where fits(incidents[index]) { change(&incidents[index]) }
    }
}
