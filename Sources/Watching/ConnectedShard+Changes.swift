import Redis
import Sessions

// Changes as they are told, and what they lead to.

extension ConnectedShard {
    /// Takes what has been told so far. That the subscription is lost is the answer, and no error: other answers may be
    /// under way on the connection to read over, which is well.
    mutating func hear(within seconds: Double = 0) -> RedisError? {
        do throws(RedisError) {
            try tracking?.take(within: seconds, into: &changes)
            return nil
        } catch {
            return error
        }
    }

    /// Takes what has been told so far, and acts on it. False when it is that everything has to be read again: then
    /// ``reading`` is given up, and no answers are under way.
    mutating func listen(within seconds: Double = 0) throws(RedisError) -> Bool {
        if let error = hear(within: seconds) {
            try loseTracking(tracking?.isInMessage == true ? .overflow : .reconnect, error)
            return false
        }
        let signs = changes.takeSigns()
        watch.metrics.trackingInvalidations.add(signs.told)
        if !signs.nodes.isEmpty {
            watch.nodesHeardOf.withLock { $0.formUnion(signs.nodes) }
            watch.heartbeatWritten.ring()
            writtenHeartbeats.formUnion(signs.nodes)
        }
        if signs.canary || signs.pong { noteLife() }
        if signs.flush {
            hasVanished = true
            try resync(.flush)
            return false
        }
        if changes.isOverfull {
            try resync(.overflow)
            return false
        }
        if !changes.isEmpty, firstChange == nil { firstChange = monotonicSeconds() }
        return true
    }

    private mutating func takeChanges() -> SessionKeys {
        let taken = changes.take(atMost: Self.batch)
        if changes.isEmpty { firstChange = nil }
        return taken
    }

    /// Changed keys for a reading's next step, unless it is paced: then ``readChanges()`` has them.
    mutating func nextChanges() -> SessionKeys {
        guard !pacer.isPaced else { return SessionKeys() }
        return takeChanges()
    }

    /// Reads the changed keys again, unless the reading takes them along.
    mutating func readChanges() throws(RedisError) {
        guard let since = firstChange, reading == nil || pacer.isPaced else { return }
        guard monotonicSeconds() - since >= Self.gatherSeconds || changes.count >= Self.batch else { return }
        try exchangeChanges()
    }

    mutating func exchangeChanges() throws(RedisError) {
        let started = monotonicSeconds()
        var request = SessionReader.Request()
        request.keys = takeChanges()
        try exchange(&request)
        watch.metrics.redisCommands.observe(
            [WatchMetrics.RedisCommand.changes.rawValue], seconds: monotonicSeconds() - started)
    }

    /// Asks, takes the answers in, and asks for the hashes among them.
    private mutating func exchange(_ request: inout SessionReader.Request) throws(RedisError) {
        while !request.isEmpty {
            try reader.send(request)
            try takeIn(try reader.receiveSessions(request), isAlone: true)
            request = SessionReader.Request()
            request.hashes = reader.takeWaitingHashes()
        }
    }

    /// `isAlone`: no other answers are under way on the connection.
    mutating func takeIn(_ found: SessionReader.Found, isAlone: Bool) throws(RedisError) {
        let now = watch.clock.now()
        if isAlone, found.changed.contains(where: { $0.content == .gone }) { try lookAtEvictions() }
        // What was read may be newer than what has been told so far; then it is no drift.
        let isHeard = found.isEmpty || hear() == nil
        let changes = changes
        let number = number
        var names = RecordNames.placeholder
        swap(&names, &reader.names)
        watch.registry.withLock { registry in
            registry.take(found.changed, &names, from: .change, shard: number, at: now)
            if !found.scanned.isEmpty {
                registry.take(found.scanned, &names, shard: number, at: now) { !isHeard || changes.isPending($0) }
            }
        }
        swap(&names, &reader.names)
        if !found.strays.isEmpty { try readStrays(found.strays.map(\.key)) }
    }
}
