// What the registry is told of its servers' coming and going: until they are whole again, so is no picture.

extension Registry {
    /// Gives a reading up: the last complete picture stays, and says that it is not whole.
    public mutating func abandonReading(_ gap: PictureState.Gap, shard: Int = 0) {
        shards[shard].reading = nil
        noteGap(gap, shard: shard)
    }

    /// Notes that changes may have been missed, or that Redis cannot be asked: the picture is not whole until the next
    /// complete reading.
    public mutating func noteGap(_ gap: PictureState.Gap, shard: Int = 0) {
        (shards[shard].isLive, shards[shard].wasLive) = (false, false)
        if shards[shard].picture.asOf != nil { shards[shard].picture.gap = gap }
    }

    /// Notes that the server is out of reach. Says whether its picture was whole until now.
    public mutating func noteLost(shard: Int = 0) -> Bool {
        let wasWhole = shards[shard].picture.isComplete
        shards[shard].reading = nil
        noteGap(shards[shard].picture.gap ?? .connectionLost, shard: shard)
        return wasWhole
    }

    /// Notes that the heartbeats could not be looked at: the picture is not whole until the observer's next look.
    public mutating func notePulseMissing() { isPulseMissing = true }

    /// Notes whether there are slots of the cluster that no server has.
    public mutating func noteSlots(missing: Bool) { areSlotsMissing = missing }

    /// Notes a sign that changes come in time: the picture is as of then.
    public mutating func noteCurrent(at now: UnixTime, shard: Int = 0) {
        guard shards[shard].isLive, shards[shard].picture.gap == nil, let asOf = shards[shard].picture.asOf else {
            return
        }
        shards[shard].picture.asOf = max(asOf, now)
    }

    /// Whether changes come live in all shards.
    public var isLive: Bool { shards.allSatisfy { $0.isLive && $0.picture.gap == nil } }

    /// Fits the registry to so many servers. What stood in a shard that is no more is to be found by the others'
    /// readings.
    public mutating func setShards(_ count: Int) {
        precondition((1...Int(UInt8.max)).contains(count), "a session remembers its shard in a byte")
        if count < shards.count {
            // A number that no reading has: seen by none.
            table.updateEach { if $0.shard >= count { ($0.shard, $0.seenBy) = (0, 0) } }
            shards[0].sessions += shards[count...].reduce(0) { $0 + $1.sessions }
            shards.removeLast(shards.count - count)
        }
        while shards.count < count { shards.append(Shard()) }
    }

    /// Most servers that a registry is read from.
    public static let shardLimit = Int(UInt8.max)
}
