/// What a registered session is; exactly one holds. Derived from its owner and the owner's node, never stored.
public enum SessionState: Sendable, Hashable {
    /// The owner's node is alive with the same boot.
    case owned
    /// The owner can never serve it again.
    case orphaned(OrphanReason)
    /// Registered, owner not known.
    case unowned(UnownedReason)
    /// Its value cannot be read.
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

    /// The word of its reason; an owned session has none.
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

/// Why an owner can never serve a session again.
public enum OrphanReason: String, Sendable, CaseIterable {
    /// Its node was seen alive, and is dead.
    case ownerDead = "owner_dead"
    /// Another boot of its node lives.
    case ownerRestarted = "owner_restarted"
    /// No heartbeat of its node was ever seen.
    case ownerUnknown = "owner_unknown"
    /// The owner itself, same boot, said that it does not have it.
    case ownerDenies = "owner_denies"
}

public enum UnownedReason: String, Sendable, CaseIterable {
    case noOwner = "no_owner"
    case learntOwnerGone = "learnt_owner_gone"
}
