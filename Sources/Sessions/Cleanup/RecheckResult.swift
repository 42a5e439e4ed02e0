/// An orphan that the plan lets go, before it is looked at once more.
public struct CleanupCandidate: Sendable, Equatable {
    public var id: SessionID
    public var ref: SessionRef
    public var dialect: Int
    public var owner: SessionOwner
    public var reason: OrphanReason
    public var createdAt: UnixTime?
    /// When it ends as far as the view knows, rounded up to a second; nil for never.
    public var expiresAt: UnixTime?
}

/// Bytes in Redis as they are.
public enum HeldValue: Sendable, Equatable {
    /// A string's value, a hash's member or a sorted set's score.
    case text([UInt8])
    /// Of a hash the fields that its dialect reads, in its order.
    case fields([[UInt8]?])
}

/// What the server holds for a candidate: the bytes that the removal will insist on, and what they say.
public struct HeldRecord: Sendable, Equatable {
    public var value: HeldValue
    /// What stands in the key that tells the owner, where the dialect has such keys; nil where it is not there.
    public var ownerKey: [UInt8]?
    /// Nil where nobody owns it, or it cannot be read.
    public var owner: OwnerName?
    /// Redis' time at which its key ends; nil for never.
    public var deadline: UnixTime?

    public init(value: HeldValue, ownerKey: [UInt8]? = nil, owner: OwnerName?, deadline: UnixTime?) {
        self.value = value
        self.ownerKey = ownerKey
        self.owner = owner
        self.deadline = deadline
    }
}

/// Where a heartbeat of a node may stand: a key of its own, or a member of a collection.
public struct HeartbeatPlace: Sendable, Equatable {
    public var key: String
    /// The node's name in a collection; nil for a key of its own.
    public var member: String?
    /// Whose fields it is read by.
    public var dialect: Int
}

/// What stands at such a place.
public struct RawHeartbeat: Sendable, Equatable {
    public var place: HeartbeatPlace
    /// Nil where nothing does.
    public var value: HeldValue?
    /// What it says; malformed where it cannot be read, or is of a type that no heartbeat has.
    public var heartbeat: Heartbeat?
    /// Redis' time at which a key of its own ends; nil for never, and for a member of a collection.
    public var deadline: UnixTime?

    public init(place: HeartbeatPlace, value: HeldValue?, heartbeat: Heartbeat?, deadline: UnixTime? = nil) {
        self.place = place
        self.value = value
        self.heartbeat = heartbeat
        self.deadline = deadline
    }
}

/// One look at candidates of one owner, on the master: their records (nil where the key is gone, or holds what no
/// session is), by candidate, and every place where a heartbeat of their node may stand.
public struct RecheckResult: Sendable {
    public var records: [HeldRecord?]
    public var beats: [RawHeartbeat]
    /// The master's time just before it answered.
    public var time: UnixTime

    public init(records: [HeldRecord?], beats: [RawHeartbeat], time: UnixTime) {
        self.records = records
        self.beats = beats
        self.time = time
    }
}

extension KeySpace {
    /// Every place where a heartbeat of that node may stand, in every dialect.
    public func heartbeatPlaces(of node: String) -> [HeartbeatPlace] {
        dialects.indices.flatMap { dialect in
            [
                dialects[dialect].nodes.map {
                    HeartbeatPlace(key: $0.prefix + node, member: nil, dialect: dialect)
                },
                dialects[dialect].nodesCollection.map { HeartbeatPlace(key: $0, member: node, dialect: dialect) },
            ].compactMap(\.self)
        }
    }
}
