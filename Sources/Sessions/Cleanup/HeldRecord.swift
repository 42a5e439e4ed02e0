/// A value in Redis, byte for byte.
public enum HeldValue: Sendable, Equatable {
    /// A string's value, a hash's member or a sorted set's score.
    case text([UInt8])
    /// The fields of a hash that its dialect reads, in the dialect's order.
    case fields([[UInt8]?])
}

/// The record of a candidate on the server: the bytes that the removal will insist on, and their meaning.
public struct HeldRecord: Sendable, Equatable {
    public var value: HeldValue
    /// The value of the key that names the owner, if the dialect has such keys. Nil if there is no such key.
    public var ownerKey: [UInt8]?
    /// Nil if the session has no owner, or the record cannot be read.
    public var owner: OwnerName?
    /// The time, by Redis' clock, at which its key expires. Nil if never.
    public var deadline: UnixTime?

    public init(value: HeldValue, ownerKey: [UInt8]? = nil, owner: OwnerName?, deadline: UnixTime?) {
        self.value = value
        self.ownerKey = ownerKey
        self.owner = owner
        self.deadline = deadline
    }
}

extension HeldRecord {
    /// Returns whether it is still a session of that owner.
    func isOf(_ name: SessionOwner) -> Bool {
        guard let owner else { return false }
        return owner.node.elementsEqual(name.node.utf8)
            && owner.boot.map { String(decoding: $0, as: UTF8.self) } == name.boot?.text
    }

    /// Returns whether it expires at another time than the view knows, so that it was renewed and the view has not
    /// heard of it. The view rounds up to a second.
    func isRenewed(since candidate: CleanupCandidate) -> Bool {
        guard let known = candidate.expiresAt else { return deadline != nil }
        guard let deadline else { return true }
        return deadline - known >= CleanupPolicy.renewedSeconds || known - deadline >= 1 + CleanupPolicy.renewedSeconds
    }
}
