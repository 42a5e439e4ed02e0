/// The state of a registered session; exactly one holds. It is derived from the session's owner and the owner's node,
/// and never stored.
public enum SessionState: Sendable, Hashable {
    /// The owner's node is alive with the same boot.
    case owned
    /// The owner can never serve the session again.
    case orphaned(OrphanReason)
    /// The session is registered, but its owner is unknown.
    case unowned(UnownedReason)
    /// The session's value cannot be read.
    case malformed(Malformation)

    /// The words of `state=` and of the `state` label.
    public static let words = ["owned", "orphaned", "unowned", "malformed"]

    public var word: String {
        switch self {
        case .owned: "owned"
        case .orphaned: "orphaned"
        case .unowned: "unowned"
        case .malformed: "malformed"
        }
    }

    /// The word of the state's reason. An owned session has none.
    public var reason: String? {
        switch self {
        case .owned: nil
        case .orphaned(let reason): reason.rawValue
        case .unowned(let reason): reason.rawValue
        case .malformed(let reason): reason.word
        }
    }

    /// Every word that ``reason`` may be.
    public static let reasonWords =
        OrphanReason.allCases.map(\.rawValue) + UnownedReason.allCases.map(\.rawValue)
        + Malformation.allCases.map(\.word)
}

/// The reason why an owner can never serve a session again.
public enum OrphanReason: String, Sendable, CaseIterable {
    /// Its node was seen alive, and is dead.
    case ownerDead = "owner_dead"
    /// Another boot of its node is alive.
    case ownerRestarted = "owner_restarted"
    /// No heartbeat of its node was ever seen.
    case ownerUnknown = "owner_unknown"
    /// The owner itself, with the same boot, denied the session.
    case ownerDenies = "owner_denies"
}

public enum UnownedReason: String, Sendable, CaseIterable {
    case noOwner = "no_owner"
    case learntOwnerGone = "learnt_owner_gone"
}
