/// A node and one boot of it, with the counts of their sessions. Sessions point to their owner and share its fate.
struct Owner: Sendable {
    var node: Int
    let boot: Boot?
    /// True if any node can rebuild the sessions of its dialect.
    let isAdoptable: Bool
    /// The number of restarts of its node (``Node/restarts``) at the time when the owner was learnt from events, for
    /// sessions that name no owner. Nil if the sessions name it themselves.
    var learntAfterRestarts: Int?
    /// The last check of the heartbeats that had begun when a session first named it.
    let metAfterCheck: Int
    var sessions = 0
    /// True if its heartbeat has been silent for longer than two checks may be apart. Renewals of its sessions are
    /// noted then.
    var isQuiet = false
    /// The latest time at which one of its sessions says that it was created or served, in whole seconds since the
    /// epoch. It is never later than Redis' time when that was first seen.
    var lastWork: UInt32 = 0
    /// Used only if boots cannot be compared: sessions created before this second belong to an earlier process.
    var cutoff: UInt32?
    /// The number of its sessions that are older than the cutoff.
    var sessionsBeforeCutoff = 0
    /// The number of its sessions that it denied to have, how many of them are older than the cutoff, and the time
    /// since which there are any.
    var denied = 0
    var deniedBeforeCutoff = 0
    var deniedSince: UnixTime?
    /// The number of sessions that left it after it was gone, by their end or to another owner, and how many of them
    /// were released: closed, or taken over by another owner.
    var leftAsOrphans = 0
    var releasedAsOrphans = 0

    var isLearnt: Bool { learntAfterRestarts != nil }
}

extension Owner {
    /// Returns its sessions by state, for that fate.
    func counts(_ fate: Fate) -> StateCounts {
        var counts = StateCounts()
        var denied = 0
        switch fate {
        case .gone(let reason, _): counts.orphaned[reason] = sessions
        case .learntGone: counts.unowned = sessions
        case .serves:
            counts.owned = sessions - self.denied
            denied = self.denied
        case .decidedByAge:
            denied = self.denied - deniedBeforeCutoff
            counts.owned = sessions - sessionsBeforeCutoff - denied
            if sessionsBeforeCutoff > 0 { counts.orphaned[.ownerRestarted] = sessionsBeforeCutoff }
        }
        if denied > 0 { counts.orphaned[.ownerDenies] = denied }
        return counts
    }

    /// Returns the time since which a session in that state has had no owner. For denied sessions it is the time of the
    /// first denial.
    func orphanedSince(_ state: SessionState, _ fate: Fate) -> UnixTime? {
        guard case .orphaned(let reason) = state else { return nil }
        return reason == .ownerDenies ? deniedSince : fate.since
    }

    /// Returns its fate by its node's status alone. It is pure and cheap, and computed anew each time.
    func fate(node: Node, policy: NodePolicy) -> Fate {
        isAdoptable ? .serves : fateOfProcess(node: node, policy: policy)
    }

    /// Returns the fate of its process, even if other nodes may rebuild its sessions.
    func fateOfProcess(node: Node, policy: NodePolicy) -> Fate {
        if let learntAfterRestarts { return fateOfLearnt(restarts: learntAfterRestarts, node: node) }
        switch node.status {
        case .dead, .gone:
            return .gone(.ownerDead, since: node.lastHeartbeatAt ?? node.firstSeen)
        case .unknown:
            // Time in which nobody could check proves nothing, so only observed silence counts.
            let isUnknown = node.silentSeconds >= policy.unknownAfterSeconds
            return isUnknown ? .gone(.ownerUnknown, since: node.firstSeen) : .serves
        case .alive, .draining:
            if let boot, let living = node.heartbeat?.boot {
                // The last check may be older than the process, so it cannot tell a new process from one that is gone.
                if metAfterCheck >= node.checkedBy { return .serves }
                let since = node.startedAt ?? node.bootSeen ?? node.firstSeen
                return boot.relation(to: living) == .different ? .gone(.ownerRestarted, since: since) : .serves
            }
            guard let start = node.startedAt else { return .serves }
            let cutoff = (start - policy.maxClockSkewSeconds).milliseconds / 1000
            return .decidedByAge(cutoff: UInt32(clamping: cutoff), since: start)
        }
    }

    private func fateOfLearnt(restarts: Int, node: Node) -> Fate {
        switch node.status {
        case .dead, .gone: return .learntGone(since: node.lastHeartbeatAt ?? node.firstSeen)
        case .alive, .draining:
            let since = node.startedAt ?? node.bootSeen ?? node.firstSeen
            return node.restarts == restarts ? .serves : .learntGone(since: since)
        case .unknown: return .serves
        }
    }
}
