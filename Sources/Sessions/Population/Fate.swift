/// The fate of an owner.
enum Fate: Sendable, Equatable {
    case serves
    /// It is gone for ever, since about that time.
    case gone(OrphanReason, since: UnixTime)
    /// The owner is gone, but was only learnt. Its sessions may belong to any node now.
    case learntGone(since: UnixTime)
    /// Boots cannot be compared: sessions created before the node's present start are orphaned, the others owned.
    case decidedByAge(cutoff: UInt32, since: UnixTime)

    /// Returns the state of a session of this owner, created at that time; 0 is unknown, and proves nothing against it.
    /// A denial by the owner matters only while the owner exists.
    func state(created: UInt32, isDenied: Bool) -> SessionState {
        switch self {
        case .gone(let reason, _): return .orphaned(reason)
        case .learntGone: return .unowned(.learntOwnerGone)
        case .decidedByAge(let cutoff, _) where created != 0 && created < cutoff: return .orphaned(.ownerRestarted)
        case .serves, .decidedByAge: return isDenied ? .orphaned(.ownerDenies) : .owned
        }
    }

    /// The reason why an owner is gone, and since when. Nil if it is not gone, or only its older sessions are orphaned.
    var end: (reason: OrphanReason, since: UnixTime)? {
        guard case .gone(let reason, let since) = self else { return nil }
        return (reason, since)
    }

    /// The time since which an owner is gone.
    var since: UnixTime? {
        switch self {
        case .serves: nil
        case .gone(_, let since), .learntGone(let since), .decidedByAge(_, let since): since
        }
    }
}

extension Fate {
    /// The reason for which its sessions are orphans.
    var reason: OrphanReason? {
        switch self {
        case .serves, .learntGone: nil
        case .gone(let reason, _): reason
        case .decidedByAge: .ownerRestarted
        }
    }
}
