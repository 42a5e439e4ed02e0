// Which nodes whose heartbeat has ended are gone, and which are dead.

extension Registry {
    /// The most time between a node's end and the coming of another that takes its place.
    static let rolloutSeconds = 600.0

    /// Settles, after a check of the heartbeats, which nodes are gone, and which came in their places.
    mutating func settleDepartures(at now: UnixTime) {
        var arrivals = liveness.nodes.indices.filter { place in
            let node = liveness.nodes[place]
            return node.isArrival && !node.isSuccessor && node.isAlive
        }
        for number in liveness.nodes.indices where liveness.nodes[number].hasEnded {
            liveness.findSuccessor(of: number, among: &arrivals, at: now)
            if liveness.nodes[number].departure != nil { continue }
            if liveness.nodes[number].hasSaidGoodbye {
                liveness.nodes[number].departure = .goodbye
            } else if liveness.nodes[number].successor != nil {
                liveness.nodes[number].departure = .replaced
            }
        }
        let silent = liveness.nodes.indices.filter {
            liveness.nodes[$0].status == .dead && liveness.nodes[$0].silentSeconds >= policy.goneAfterSeconds
        }
        guard !silent.isEmpty, view.isComplete else { return }
        let named = Set(population.owners.inUse.map(\.node))
        for number in silent where !named.contains(number) { liveness.nodes[number].departure = .forgotten }
    }
}

extension Liveness {
    /// Finds the node that took the place of one that has ended, and takes it from `arrivals`, the living nodes that stand
    /// for no other: one of its workload that came around then. Of several it is the one that came closest to the end.
    fileprivate mutating func findSuccessor(of number: Int, among arrivals: inout [Int], at now: UnixTime) {
        let node = nodes[number]
        guard !arrivals.isEmpty, node.successor == nil, let end = node.lastHeartbeatAt,
            now - end <= 2 * Registry.rolloutSeconds, let workload = node.workload
        else { return }
        func distance(_ place: Int) -> Double { abs(nodes[place].firstSeen - end) }
        let fitting = arrivals.indices.filter { index in
            distance(arrivals[index]) <= Registry.rolloutSeconds
                && nodes[arrivals[index]].workload?.name == workload.name
        }
        guard let index = fitting.min(by: { distance(arrivals[$0]) < distance(arrivals[$1]) }) else { return }
        let arrival = arrivals.remove(at: index)
        nodes[number].successor = nodes[arrival].name
        nodes[arrival].isSuccessor = true
    }

    /// Notes which heartbeats' keys went before they expired. Redis must not have evicted them, and it must still be the
    /// same server with the same data.
    mutating func noteGoodbyes(_ check: HeartbeatCheck, at now: UnixTime) {
        let isSameServer =
            check.history.map { history in lastHistory.map { history.isSameRun(as: $0) } ?? false } ?? false
        lastHistory = check.history
        for number in nodes.indices {
            let own = check.places[nodes[number].name]?.filter { !$0.isCollected } ?? []
            if own.isEmpty, check.heartbeats[nodes[number].name] == nil {
                if let deadline = nodes[number].keyDeadline, now < deadline, isSameServer, !check.mayEvict {
                    nodes[number].goodbyeAt = now
                }
            } else {
                nodes[number].goodbyeAt = nil
            }
            nodes[number].keyDeadline = own.compactMap(\.deadline).max()
        }
    }

    /// Notes that the registry was emptied: no heartbeat that went then was a goodbye.
    mutating func forgetGoodbyes(at now: UnixTime) {
        for number in nodes.indices {
            guard let goodbyeAt = nodes[number].goodbyeAt, abs(now - goodbyeAt) <= Self.flushSeconds else { continue }
            nodes[number].goodbyeAt = nil
            if nodes[number].departure == .goodbye, !nodes[number].hasSaidGoodbye { nodes[number].departure = nil }
        }
    }

    /// A heartbeat that went so short a time before a flush was noticed went in it.
    private static let flushSeconds = 60.0
}

extension Node {
    /// True if it announced its end.
    fileprivate var hasSaidGoodbye: Bool { heartbeat?.isDraining == true || goodbyeAt != nil }
}
