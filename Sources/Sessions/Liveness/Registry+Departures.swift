// Which nodes whose heartbeat has ended are gone, and which are dead.

extension Registry {
    /// The most time between a node's end and the coming of another that takes its place.
    static let rolloutSeconds = 600.0
    /// The longest time for which a node that leaves unannounced runs beside its successor, where their names do not tell
    /// whether that is of another revision. Longer, and it may be one of a scale-up.
    static let surgeSeconds = 120.0

    /// Settles, after a check of the heartbeats, which nodes are gone, and which came in their places.
    mutating func settleDepartures(at now: UnixTime) {
        liveness.findSuccessors(at: now)
        liveness.noteDepartures()
        let silent = liveness.nodes.indices.filter {
            liveness.nodes[$0].status == .dead && liveness.nodes[$0].silentSeconds >= policy.goneAfterSeconds
        }
        guard !silent.isEmpty, view.isComplete else { return }
        let named = Set(population.owners.inUse.map(\.node))
        for number in silent where !named.contains(number) { liveness.note(.forgotten, of: number) }
    }
}

extension Liveness {
    /// Finds the nodes that took the places of those that have ended of late. Each stands for one; of several it is the one
    /// that came closest to the end.
    fileprivate mutating func findSuccessors(at now: UnixTime) {
        let ended = nodes.indices.filter { nodes[$0].mayBeReplaced(at: now) }
        guard !ended.isEmpty else { return }
        let taken = Set(nodes.lazy.compactMap(\.successor))
        let free = nodes.indices.filter { nodes[$0].isNewcomer(at: now) && !taken.contains(nodes[$0].name) }
        var arrivals = Dictionary(grouping: free) { nodes[$0].workload?.name }
        for number in ended {
            guard let workload = nodes[number].workload?.name, let own = arrivals[workload], !own.isEmpty else {
                continue
            }
            let gaps = own.map { nodes[$0].secondsToReplace(nodes[number]) }
            guard let place = gaps.indices.filter({ gaps[$0] != nil }).min(by: { gaps[$0] ?? 0 < gaps[$1] ?? 0 }) else {
                continue
            }
            nodes[number].successor = nodes[own[place]].name
            departed.insert(nodes[number].name)
            arrivals[workload]?.remove(at: place)
        }
    }

    fileprivate mutating func noteDepartures() {
        for number in nodes.indices where nodes[number].hasEnded && nodes[number].departure == nil {
            if nodes[number].hasSaidGoodbye {
                note(.goodbye, of: number)
            } else if nodes[number].successor != nil {
                note(.replaced, of: number)
            }
        }
    }

    fileprivate mutating func note(_ departure: Departure?, of number: Int) {
        nodes[number].departure = departure
        departed.insert(nodes[number].name)
    }

    /// Notes which heartbeats' keys went before they expired. Redis must not have evicted them, and it must still be the
    /// same server with the same data.
    mutating func noteGoodbyes(_ check: HeartbeatCheck, of checkNumber: Int) {
        let isSameServer =
            check.history.map { history in lastHistory.map { history.isSameRun(as: $0) } ?? false } ?? false
        lastHistory = check.history
        for number in nodes.indices {
            let own = check.places[nodes[number].name]?.filter { !$0.isCollected } ?? []
            if own.isEmpty, check.heartbeats[nodes[number].name] == nil {
                if let deadline = nodes[number].keyDeadline, let absentAt = check.absentAt, absentAt < deadline,
                    isSameServer,
                    !check.mayEvict
                {
                    nodes[number].goodbyeAt = absentAt
                }
            } else {
                nodes[number].goodbyeAt = nil
            }
            // A check that began before a flush says nothing of the heartbeats since.
            nodes[number].keyDeadline = checkNumber > checksBeforeFlush ? own.compactMap(\.deadline).max() : nil
        }
    }

    /// Notes that the registry was emptied after `since`, the last time at which it is known to have been whole: no heartbeat
    /// that went from then on was a goodbye.
    mutating func forgetGoodbyes(since: UnixTime?, at now: UnixTime) {
        checksBeforeFlush = checksBegun
        // A clock that was set back may have put the view ahead.
        let start = min(since ?? now, now) - Self.flushSeconds
        for number in nodes.indices {
            nodes[number].keyDeadline = nil
            // Of one that was recalled only its last heartbeat is known.
            let isRecalled = nodes[number].departure == .goodbye && nodes[number].goodbyeAt == nil
            guard let at = isRecalled ? nodes[number].lastHeartbeatAt : nodes[number].goodbyeAt, at >= start else {
                continue
            }
            nodes[number].goodbyeAt = nil
            if nodes[number].departure == .goodbye, !nodes[number].hasSaidGoodbye {
                nodes[number].successor = nil
                note(nil, of: number)
            }
        }
    }

    /// The doubt about when the registry was last whole.
    private static let flushSeconds = 60.0
}

extension Node {
    /// True if it ended of late, and none that took its place is known.
    fileprivate func mayBeReplaced(at now: UnixTime) -> Bool {
        guard hasEnded, successor == nil, let end = lastHeartbeatAt else { return false }
        return now - end <= 2 * Registry.rolloutSeconds
    }

    /// True if it came of late, and lives.
    fileprivate func isNewcomer(at now: UnixTime) -> Bool {
        isArrival && isAlive && now - firstSeen <= 3 * Registry.rolloutSeconds
    }

    /// True if it announced its end.
    fileprivate var hasSaidGoodbye: Bool { heartbeat?.isDraining == true || goodbyeAt != nil }

    /// Returns the time between the end of another node and the coming of this one, which may have come in its place; nil if
    /// it did not. A successor of another revision, or of a node that announced its end, may have come long before.
    fileprivate func secondsToReplace(_ other: Node) -> Double? {
        guard let end = other.lastHeartbeatAt else { return nil }
        let seconds = firstSeen - end
        let surge: Double =
            switch workload?.isOfOtherRevision(than: other.workload) {
            case _ where other.hasSaidGoodbye: Registry.rolloutSeconds
            case true?: Registry.rolloutSeconds
            case false?: 0
            case nil: Registry.surgeSeconds
            }
        return -surge...Registry.rolloutSeconds ~= seconds ? abs(seconds) : nil
    }
}
