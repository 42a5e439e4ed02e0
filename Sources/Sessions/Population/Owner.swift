/// A node and one boot of it, with what is counted of their sessions. Sessions point to it, so its fate is theirs.
struct Owner: Sendable {
    var node: Int
    let boot: Boot?
    /// Its dialect's sessions can be rebuilt by any node.
    let isAdoptable: Bool
    /// Learnt from events, of sessions that name no owner: in which life of its node (``Node/restarts``). Nil where the
    /// sessions name it themselves.
    var learntLife: Int?
    /// The last look at the heartbeats that had begun when a session first named it.
    let metAfterCheck: Int
    var sessions = 0
    /// Its heartbeat has not been heard for longer than from one check to the next: who renews its sessions now is noted.
    var isQuiet = false
    /// The latest that a session of it says to have been created or served, in whole seconds since the epoch, and no
    /// later than Redis' time when that was first seen.
    var lastSign: UInt32 = 0
    /// Only where boots cannot be compared: sessions created before this second belong to an earlier process.
    var cutoff: UInt32?
    /// How many of its sessions are older than the cutoff.
    var sessionsBeforeCutoff = 0
    /// How many of its sessions it said it does not have, of them those older than the cutoff, and since when there are
    /// any.
    var denied = 0
    var deniedBeforeCutoff = 0
    var deniedSince: UnixTime?
    /// Sessions that left it since it is gone, by their end or for another owner, and of them those that were let go of:
    /// closed, or taken up by another.
    var leftAsOrphans = 0
    var letGoAsOrphans = 0

    var isLearnt: Bool { learntLife != nil }
}

/// What became of an owner.
enum Fate: Sendable, Equatable {
    case serves
    /// Gone for ever, since about then.
    case gone(OrphanReason, since: UnixTime)
    /// The same of an owner that was only learnt: what it held may be anybody's now.
    case learntGone(since: UnixTime)
    /// Boots cannot be compared: what was created before the node's present start is orphaned, the rest owned.
    case decidedByAge(cutoff: UInt32, since: UnixTime)

    /// The state of a session of this owner, created then (0: not known, which proves nothing against it). That the
    /// owner denies it matters only while the owner is there.
    func state(created: UInt32, isDenied: Bool) -> SessionState {
        switch self {
        case .gone(let reason, _): return .orphaned(reason)
        case .learntGone: return .unowned(.learntOwnerGone)
        case .decidedByAge(let cutoff, _) where created != 0 && created < cutoff: return .orphaned(.ownerRestarted)
        case .serves, .decidedByAge: return isDenied ? .orphaned(.ownerDenies) : .owned
        }
    }

    /// Why an owner is gone, and since when; nil where it is not, or only by its age.
    var end: (reason: OrphanReason, since: UnixTime)? {
        guard case .gone(let reason, let since) = self else { return nil }
        return (reason, since)
    }

    /// Since when an owner that is gone has been so.
    var since: UnixTime? {
        switch self {
        case .serves: nil
        case .gone(_, let since), .learntGone(let since), .decidedByAge(_, let since): since
        }
    }
}

extension Owner {
    /// Its sessions by state, for what became of it.
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

    /// Since when a session of it in that state has been without it; of denied ones, since the first of those that it
    /// denies.
    func orphanedSince(_ state: SessionState, _ fate: Fate) -> UnixTime? {
        guard case .orphaned(let reason) = state else { return nil }
        return reason == .ownerDenies ? deniedSince : fate.since
    }

    /// Judges by its node's status alone; pure and cheap, asked anew each time.
    func fate(node: Node, policy: NodePolicy) -> Fate {
        isAdoptable ? .serves : fateOfProcess(node: node, policy: policy)
    }

    /// The same, though others may rebuild its sessions.
    func fateOfProcess(node: Node, policy: NodePolicy) -> Fate {
        if let learntLife { return fateOfLearnt(life: learntLife, node: node) }
        switch node.status {
        case .dead:
            return .gone(.ownerDead, since: node.lastHeartbeatAt ?? node.firstSeen)
        case .unknown:
            // Time in which nobody could look proves nothing, so it is the observed silence that counts.
            let isUnknown = node.silentSeconds >= policy.unknownAfterSeconds
            return isUnknown ? .gone(.ownerUnknown, since: node.firstSeen) : .serves
        case .alive, .draining:
            if let boot, let living = node.heartbeat?.boot {
                // A process that began since the last look at its node is not told from one that is gone.
                if metAfterCheck >= node.checkedBy { return .serves }
                let since = node.startedAt ?? node.bootSeen ?? node.firstSeen
                return boot.relation(to: living) == .different ? .gone(.ownerRestarted, since: since) : .serves
            }
            guard let start = node.startedAt else { return .serves }
            let cutoff = (start - policy.maxClockSkewSeconds).milliseconds / 1000
            return .decidedByAge(cutoff: UInt32(clamping: cutoff), since: start)
        }
    }

    private func fateOfLearnt(life: Int, node: Node) -> Fate {
        switch node.status {
        case .dead: return .learntGone(since: node.lastHeartbeatAt ?? node.firstSeen)
        case .alive, .draining:
            let since = node.startedAt ?? node.bootSeen ?? node.firstSeen
            return node.restarts == life ? .serves : .learntGone(since: since)
        case .unknown: return .serves
        }
    }
}
