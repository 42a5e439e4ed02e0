import Redis
import Sessions

// What is more to do where the server is one of several: keys move from one to another, and heartbeats may be anywhere.

extension ConnectedShard {
    /// The way to keys of other servers; nil where this one has all.
    static func wayElsewhere(_ watch: WatchContext) -> RedisClient? {
        watch.plan.deployment.isCluster ? watch.newClient() : nil
    }

    /// Reads the heartbeats, wherever they are. In a cluster they may stand on a server that is gone: no reason to give up
    /// this one's sessions, and for the ``HeartbeatWatcher`` to report. Then it is nil.
    mutating func heartbeats(
        of nodes: [String], _ reading: HeartbeatReading
    ) throws(RedisError) -> (pulse: HeartbeatCheck, now: RedisTime)? {
        guard var client = elsewhere.take() else { return try reading.run(nodes: nodes, over: &reader.connection) }
        var taken: (pulse: HeartbeatCheck, now: RedisTime)?
        do throws(RedisError) { taken = try reading.run(nodes: nodes, over: &client) } catch {}
        elsewhere = consume client
        return taken
    }

    /// Asks for keys that this server of the cluster does not have, one by one, wherever they are.
    mutating func readStrays(_ keys: [[UInt8]], leavesGone: Bool = false) throws(RedisError) {
        guard !keys.isEmpty, var client = elsewhere.take() else { return }
        var found = try SingleReading(keySpace: watch.plan.keySpace, maxIDLength: watch.plan.maxIDLength)
            .run(keys, over: &client, readers: reader.readers, names: &reader.names, at: watch.clock.now())
        elsewhere = consume client
        if leavesGone { found.removeAll { $0.content == .gone } }
        let number = number
        var names = RecordNames.placeholder
        swap(&names, &reader.names)
        watch.registry.withLock { $0.take(found, &names, from: .elsewhere, shard: number, at: watch.clock.now()) }
        swap(&names, &reader.names)
    }

    /// A key may move to another server while both are read, and be met on neither: sessions that were not seen are asked
    /// for wherever they are now.
    mutating func settleUnseen() throws(RedisError) {
        guard elsewhere != nil else { return }
        try settleMoved()
        var shelf = 0
        while !watch.registry.withLock({ $0.isPastTheLast(shelf: shelf) }) {
            let unseen = watch.registry.withLock { $0.unseenSessions(shard: number, from: &shelf) }
            let keys = unseen.map { watch.plan.keySpace.sessionKey($0.0, dialect: $0.dialect) }
            // How those came to their end that are nowhere is for the reading to say, which knows all of them.
            try readStrays(keys, leavesGone: true)
        }
    }

    /// Slots may have come here since the last reading, with sessions that were met elsewhere and not told of since.
    private mutating func settleMoved() throws(RedisError) {
        guard var client = elsewhere.take() else { return }
        try client.refresh()
        let now = client.slots
        elsewhere = consume client
        let (number, transport) = (number, reader.connection.endpoint.transport)
        let last = watch.slots.withLock { slots in
            defer { slots[number] = now }
            return slots[number]
        }
        let isFirst = watch.registry.withLock { $0.view.asOf == nil }
        guard let now, now != last, !isFirst,
            let here = now.shards.firstIndex(where: { $0.endpoint.transport == transport })
        else { return }
        let keySpace = watch.plan.keySpace
        var shelf = 0
        while !watch.registry.withLock({ $0.isPastTheLast(shelf: shelf) }) {
            watch.registry.withLock { registry in
                registry.moveSessions(toShard: number, from: &shelf) { id, dialect in
                    now.shard(ofSlot: KeySlot.of(keySpace.sessionKey(id, dialect: dialect).span)) == here
                }
            }
        }
    }
}
