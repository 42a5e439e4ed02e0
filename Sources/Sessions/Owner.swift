/// A node and one boot of it, with what is counted of their sessions. Sessions point to it, so its fate is theirs.
struct Owner: Sendable {
    let node: Int
    let boot: String?
    /// Its dialect's sessions can be rebuilt by any node.
    let isAdoptable: Bool
    /// The last look at the heartbeats that had begun when a session first named it.
    let metAfterLook: Int
    var sessions = 0
    /// Only where boots cannot be compared: sessions created before this second belong to an earlier process.
    var cutoff: UInt32?
    /// How many of its sessions are older than the cutoff.
    var sessionsBeforeCutoff = 0
}

/// What became of an owner.
enum Fate: Sendable, Equatable {
    case serves
    /// Gone for ever, since about then.
    case gone(OrphanReason, since: UnixTime)
    /// Boots cannot be compared: what was created before the node's present start is orphaned, the rest owned.
    case decidedByAge(cutoff: UInt32, since: UnixTime)

    /// The state of a session of this owner, created then (0: not known, which proves nothing against it).
    func state(created: UInt32) -> SessionState {
        switch self {
        case .serves: .owned
        case .gone(let reason, _): .orphaned(reason)
        case .decidedByAge(let cutoff, _): created != 0 && created < cutoff ? .orphaned(.ownerRestarted) : .owned
        }
    }

    /// Since when a session in that state has been without its owner.
    var since: UnixTime? {
        switch self {
        case .serves: nil
        case .gone(_, let since), .decidedByAge(_, let since): since
        }
    }
}

extension Owner {
    /// Judges by its node's status alone; pure and cheap, asked anew each time.
    func fate(node: Node, policy: NodePolicy) -> Fate {
        if isAdoptable { return .serves }
        switch node.status {
        case .dead:
            return .gone(.ownerDead, since: node.lastBeat ?? node.firstSeen)
        case .unknown:
            // Time in which nobody could look proves nothing, so it is the observed silence that counts.
            let isUnknown = node.silentSeconds >= policy.unknownAfterSeconds
            return isUnknown ? .gone(.ownerUnknown, since: node.firstSeen) : .serves
        case .alive, .draining:
            if let boot, let living = node.heartbeat?.boot {
                // A process that began since the last look at its node is not told from one that is gone.
                if metAfterLook >= node.lookedBy { return .serves }
                let since = node.startedAt ?? node.bootSeen ?? node.firstSeen
                return boot == living ? .serves : .gone(.ownerRestarted, since: since)
            }
            guard let start = node.startedAt else { return .serves }
            let cutoff = (start - policy.clockSkewSeconds).milliseconds / 1000
            return .decidedByAge(cutoff: UInt32(clamping: cutoff), since: start)
        }
    }
}
