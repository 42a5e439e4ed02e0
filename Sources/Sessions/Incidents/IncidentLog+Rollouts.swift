// Rollouts: nodes of one workload that leave while others of it come in their places. Each is one incident, with the
// losses of all its nodes.

extension Incident {
    /// How far a rollout has come.
    public struct Rollout: Sendable, Equatable {
        public var workload: String
        /// The revision of the nodes that come. Nil if their names show none.
        public var revision: String?
        /// The nodes that have left, and that others have replaced.
        public var replaced = 0
        /// The nodes that there were to replace when it began.
        public var total: Int

        public init(workload: String, revision: String? = nil, total: Int) {
            (self.workload, self.revision, self.total) = (workload, revision, total)
        }

        mutating func noteReplaced() {
            replaced += 1
            total = max(total, replaced)
        }
    }

    var isRollout: Bool { kind == .rollout }
}

extension IncidentLog {
    /// Takes a node that has ended into the rollout of its workload, once another came in its place. An unannounced end
    /// that another of the same revision replaces is a death that an orchestrator mended, not a rollout.
    mutating func noteSuccessor(
        of name: String, _ node: IncidentSight.Node, _ before: IncidentSight.Node?, _ sight: IncidentSight,
        at now: UnixTime
    ) {
        guard node.status == .gone, let successor = node.successor, before?.successor != successor,
            let workload = node.workload
        else { return }
        // It may have been found dead in between, as after a flush.
        let isCounted = incidents.contains {
            $0.rollout?.workload == workload.name && $0.concerns(node: name, boot: node.boot)
        }
        if isCounted { return }
        guard node.wasRolledOut else {
            if let index = openIndex(.nodeDied, node: name) { incidents[index].end(at: now) }
            return
        }
        let own = takeOut(lossOf: name, node, at: now)
        let arrival = sight.nodes[successor]?.firstSeen ?? now
        let lost = own.map { max($0.beganAt, $0.lastAt) }
        let began = [lost, node.lastHeartbeatAt, arrival].compactMap(\.self).min() ?? now
        var parts = own?.parts ?? before.map { Self.parts(name, $0) } ?? [.init(node: name, boot: node.boot)]
        // The rollout does not count what an earlier process of the node lost.
        parts.removeAll(where: \.isSettled)
        settle(parts)
        let id = rollout(of: workload, to: successor, sight, began: began, at: now)
        change(id) { incident in
            incident.lastAt = max(arrival, node.lastHeartbeatAt ?? now, incident.beganAt)
            incident.rollout?.noteReplaced()
            for part in parts { incident.add(part) }
        }
    }

    /// Ends the rollouts that are complete, and those in which nothing happened for long.
    mutating func endRollouts(_ sight: IncidentSight, at now: UnixTime) {
        changeEach {
            $0.isRollout && $0.isOpen
        } _: { incident in
            guard let rollout = incident.rollout else { return }
            let isComplete = rollout.replaced >= rollout.total
            let isLeaving = sight.nodes.values.contains {
                $0.workload?.name == rollout.workload && ($0.status == .draining || $0.status == .dead)
            }
            if isComplete && !isLeaving || now - incident.lastAt > Self.settleSeconds {
                incident.end(at: incident.lastAt)
            }
        }
    }

    /// Returns the incident of a node's present loss, as it becomes a part of a rollout, and removes it from the log unless
    /// it tells of earlier losses too.
    private mutating func takeOut(lossOf name: String, _ node: IncidentSight.Node, at now: UnixTime) -> Incident? {
        let index = incidents.lastIndex { incident in
            incident.node == name && incident.boot == node.boot
                && [.nodeDied, .nodeDrained, .nodeLeft].contains(incident.kind)
                && now - (incident.endedAt ?? now) <= 2 * Registry.rolloutSeconds
        }
        guard let index else { return nil }
        if incidents[index].times == 1 { return incidents.remove(at: index) }
        let own = incidents[index]
        incidents[index].end(at: now)
        return own
    }

    /// Returns the rollout of a workload to the newcomer's revision; it is opened if there is none of late.
    private mutating func rollout(
        of workload: Workload, to newcomer: String, _ sight: IncidentSight, began: UnixTime, at now: UnixTime
    ) -> Incident.ID {
        let revision = sight.nodes[newcomer]?.workload?.revision
        let latest = incidents.lastIndex {
            $0.rollout?.workload == workload.name && $0.rollout?.revision == revision
        }
        if let latest {
            if incidents[latest].isOpen { return incidents[latest].id }
            if revision != nil, let ended = incidents[latest].endedAt, now - ended <= Self.settleSeconds {
                incidents[latest].endedAt = nil
                return incidents[latest].id
            }
        }
        let old = Self.toReplace(of: workload, for: newcomer, sight, at: now)
        return open(.rollout, began: began, at: now) { incident in
            incident.rollout = Incident.Rollout(workload: workload.name, revision: revision, total: old + 1)
        }
    }

    /// Returns the number of living nodes that a rollout has still to replace: those of other revisions or, where names show
    /// none, all but those that came of late in no other's place.
    private static func toReplace(
        of workload: Workload, for newcomer: String, _ sight: IncidentSight, at now: UnixTime
    ) -> Int {
        let new = sight.nodes[newcomer]?.workload
        let successors = Set(sight.nodes.values.compactMap(\.successor)).subtracting([newcomer])
        return sight.nodes.count { name, node in
            guard node.isAlive, node.workload?.name == workload.name else { return false }
            return new?.isOfOtherRevision(than: node.workload)
                ?? !(node.isArrival && now - node.firstSeen <= Registry.rolloutSeconds && !successors.contains(name))
        }
    }
}
