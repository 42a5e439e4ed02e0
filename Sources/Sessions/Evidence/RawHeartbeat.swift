/// A place where a heartbeat of a node may be: a key of its own, or a member of a collection.
public struct HeartbeatPlace: Sendable, Equatable {
    public var key: String
    /// The node's name in a collection. Nil for a key of its own.
    public var member: String?
    /// The dialect whose fields it is read by.
    public var dialect: Int
}

/// The content of such a place.
public struct RawHeartbeat: Sendable, Equatable {
    public var place: HeartbeatPlace
    /// Nil if there is nothing.
    public var value: HeldValue?
    /// The heartbeat read from the value. It is malformed if the value cannot be read, or has a type that no heartbeat
    /// has.
    public var heartbeat: Heartbeat?
    /// The time, by Redis' clock, at which a key of its own expires. Nil if never, and for a member of a collection.
    public var deadline: UnixTime?

    public init(place: HeartbeatPlace, value: HeldValue?, heartbeat: Heartbeat?, deadline: UnixTime? = nil) {
        self.place = place
        self.value = value
        self.heartbeat = heartbeat
        self.deadline = deadline
    }
}

extension KeySpace {
    /// Returns every place where a heartbeat of that node may be, in every dialect.
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
