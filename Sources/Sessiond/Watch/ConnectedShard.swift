import Glibc
import Redis
import Sessions

/// One shard while we are connected to its server: full readings, and between them the changes that tracking tells.
///
/// All of it happens on one thread over one connection, so that whatever is read later is newer; a second connection
/// brings the invalidations. It ends with the error that ended the connection.
struct ConnectedShard: ~Copyable {
    /// Changes are gathered for so long before they are read, so that a burst costs few round trips.
    static let gatherSeconds = 0.003
    /// Most changed keys asked for in one pipeline: as many as a reading's.
    static let batch = 300
    /// From one canary, or other sign of life, to the next.
    static let tickSeconds = 2.0
    /// Tracking that brought no canary for so long is taken for lost.
    static let canaryPatienceSeconds = 6.0
    static let canaryLifeSeconds = 60
    /// From one look for sessions whose time ran out to the next.
    static let expirySeconds = 0.5
    /// From one try to get tracking, where it was refused, to the next.
    static let retrySeconds = 30.0
    /// For so long after Redis said how many keys it evicted, sessions that are gone may be among them.
    static let evictionSeconds = 2.0
    /// Longest wait before somebody's wish to stop is seen.
    static let waitSeconds = 0.2

    let watch: Watch
    let number: Int
    let site: ServerSite
    var reader: SessionReader
    var tracking: TrackingSubscription?
    var changes: ChangedKeys
    var reading: RegistryReading?
    var pacer: Pacer
    /// Moments on the clock that never jumps.
    var readingBegan = 0.0
    var nextReading = 0.0
    var nextStep = 0.0
    var nextTick = 0.0
    var nextExpiry = 0.0
    var nextTry = 0.0
    var firstChange: Double?
    /// Until when a session that is gone may be one of the keys that Redis said it evicted.
    var evictionsUntil = 0.0
    var canary: Canary
    var hasVanished = false
    /// Keys evicted as of the last look; nil where the server evicts none, or does not say.
    var evicted: Int?
    /// Asks keys of other servers of the cluster.
    var router: RedisCluster?

    /// A key that we write to see it come back.
    struct Canary {
        let key: String
        var sentSeconds: Double?
        var sentAt: UnixTime?
        /// The server, or its ACL, takes no writes of ours: then the connection's own sign of life must do.
        var isRefused: Bool
        /// One came back: its time, and how many changes had been told by then.
        var toldAsOf: (asOf: UnixTime, queued: Int)?
        /// Nothing has come back yet since the subscription began.
        var isNew = true
    }

    init(
        _ watch: Watch, number: Int, site: ServerSite, over connection: consuming RedisConnection, canaryKey: String,
        isCareful: Bool
    ) {
        let plan = watch.plan
        self.watch = watch
        self.number = number
        self.site = site
        reader = SessionReader(
            connection, keySpace: plan.keySpace, maxIDLength: plan.maxIDLength, clock: watch.clock,
            isCluster: plan.isCluster, isCareful: isCareful)
        changes = ChangedKeys(keySpace: plan.keySpace, maxIDLength: plan.maxIDLength, canary: canaryKey)
        pacer = Pacer(share: 1)
        canary = Canary(key: canaryKey, isRefused: site.isReplica)
        if case .cluster(let seeds) = plan.deployment { router = RedisCluster(seeds: seeds, limits: plan.limits) }
    }

    /// Watches until told to stop.
    mutating func run(until isEnding: () -> Bool) throws(RedisError) {
        try lookAtEvictions()
        while !isEnding() {
            try keepTracking()
            if reading == nil, monotonicSeconds() >= nextReading { try beginReading() }
            try gather()
            try readChanges()
            if reading != nil, monotonicSeconds() >= nextStep { try stepReading() }
            // Else answers are under way, which nothing may come between.
            guard reading == nil || pacer.isPaced else { continue }
            noteCaughtUp()
            try tick()
        }
    }
}

// MARK: - Readings

extension ConnectedShard {
    private mutating func beginReading() throws(RedisError) {
        try checkSite()
        let (number, isLive) = (number, tracking != nil)
        let isWaitedFor = watch.registry.withLock { registry in
            registry.beginReading(shard: number, isLive: isLive)
            return !registry.picture.isComplete
        }
        let share = isWaitedFor ? watch.plan.firstShare : watch.plan.redisShare
        pacer = Pacer(share: share, isCareful: reader.isCareful) { [metrics = watch.metrics] in
            metrics.redisCommands.observe([DaemonMetrics.RedisCommand.scan.rawValue], seconds: $0)
        }
        reading = RegistryReading(keySpace: watch.plan.keySpace, maxIDLength: watch.plan.maxIDLength, pacer: pacer)
        readingBegan = monotonicSeconds()
        nextReading = readingBegan + (tracking == nil ? watch.plan.scanEverySeconds : watch.plan.reconcileEverySeconds)
        nextStep = 0
    }

    /// One round trip of the reading.
    private mutating func stepReading() throws(RedisError) {
        guard var reading = reading.take() else { return }
        let changed = nextChanges()
        let found: SessionReader.Found
        do throws(RedisError) {
            found = try reading.step(changes: changed, over: &reader)
            try takeIn(found, isAlone: pacer.isPaced)
        } catch {
            watch.noteReading(failed: error, afterSteps: reading.steps, shard: number)
            throw error
        }
        nextStep = monotonicSeconds() + pacer.owedSeconds
        watch.readings.withLock { readings in
            readings[number] = Watch.ReadingProgress(beganSeconds: readingBegan, progress: reading.progress)
        }
        guard reading.isDone(over: reader) else {
            self.reading = reading
            return
        }
        do throws(RedisError) {
            try finish(reading)
        } catch {
            watch.noteReading(failed: error, afterSteps: reading.steps, shard: number)
            throw error
        }
    }

    /// Makes the reading the picture, in steps that keep no scrape waiting.
    private mutating func finish(_ reading: RegistryReading) throws(RedisError) {
        // What has gone since is told by now: it is no drift.
        try tracking?.take(within: 0, into: &changes)
        while !changes.isEmpty { try exchangeChanges() }
        try settleUnseen()
        try checkSite()
        // Heartbeats are read after the sessions: a session of a boot that has just begun must find it.
        let (look, known) = watch.registry.withLock { ($0.beginLook(), $0.nodesToWatch) }
        let (pulse, now) = try readPulse(nodes: Array(reading.sorter.nodes.union(known)))
        watch.clock.set(now)
        try lookAtEvictions()
        let (number, hasVanished, totals) = (number, hasVanished, reading.sorter.totals)
        let isNews = watch.registry.withLock { registry in
            if let pulse { registry.take(pulse, of: look, at: now) } else { registry.notePulseMissing() }
            return !registry.picture.isComplete
        }
        let nodeKeys = number == 0 ? pulse?.heartbeats.count ?? 0 : 0
        while !watch.registry.withLock({
            $0.finishReading(totals, nodeKeys: nodeKeys, shard: number, hasVanished: hasVanished, at: now)
        }) {}
        self.hasVanished = false
        watch.noteReading(
            seconds: monotonicSeconds() - readingBegan, share: pacer.share, nodes: pulse?.heartbeats.count ?? 0,
            isNews: isNews, shard: number, at: now)
    }

    /// In a cluster the heartbeats may stand on a server that is gone: no reason to give up this one's sessions, and for
    /// the ``HeartbeatWatcher`` to report. Then they are nil.
    private mutating func readPulse(nodes: [String]) throws(RedisError) -> (Pulse?, UnixTime) {
        let pulse = PulseReading(keySpace: watch.plan.keySpace)
        guard var router = router.take() else { return try pulse.run(nodes: nodes, over: &reader.connection) }
        var result: (Pulse?, UnixTime) = (nil, watch.clock.now())
        do throws(RedisError) { result = try pulse.run(nodes: nodes, over: &router) } catch {}
        self.router = consume router
        return result
    }

    /// In a cluster a key may move to another server while both are read, and be met on neither: sessions that were not
    /// seen are asked for wherever they are now.
    private mutating func settleUnseen() throws(RedisError) {
        guard watch.plan.isCluster else { return }
        try settleMoved()
        var shelf = 0
        while !Registry.isPastTheLast(shelf: shelf) {
            let unseen = watch.registry.withLock { $0.unseenSessions(shard: number, from: &shelf) }
            let keys = unseen.map { watch.plan.keySpace.sessionKey($0.0, dialect: $0.dialect) }
            // How those came to their end that are nowhere is for the reading to say, which knows all of them.
            try readStrays(keys, leavesGone: true)
        }
    }
}

extension ConnectedShard {
    /// Slots may have come here since the last reading, with sessions that were met elsewhere and not told of since.
    private mutating func settleMoved() throws(RedisError) {
        guard var router = router.take() else { return }
        try router.refresh()
        let now = router.slots
        self.router = consume router
        let (number, transport) = (number, reader.connection.endpoint.transport)
        let last = watch.slots.withLock { slots in
            defer { slots[number] = now }
            return slots[number]
        }
        let isFirst = watch.registry.withLock { $0.picture.asOf == nil }
        guard let now, now != last, !isFirst,
            let here = now.shards.firstIndex(where: { $0.endpoint.transport == transport })
        else { return }
        let keySpace = watch.plan.keySpace
        var shelf = 0
        while !Registry.isPastTheLast(shelf: shelf) {
            watch.registry.withLock { registry in
                registry.moveSessions(toShard: number, from: &shelf) { id, dialect in
                    now.shard(ofSlot: KeySlot.of(keySpace.sessionKey(id, dialect: dialect).span)) == here
                }
            }
        }
    }
}

// MARK: - Changes

extension ConnectedShard {
    /// Waits for what is next: an invalidation, the reading's next step, a tick.
    private mutating func gather() throws(RedisError) {
        let now = monotonicSeconds()
        var next = min(now + Self.waitSeconds, nextTick, reading == nil ? nextReading : nextStep)
        if tracking != nil { next = min(next, nextExpiry) }
        if let firstChange { next = min(next, firstChange + Self.gatherSeconds) }
        let wait = max(next - now, 0)
        guard tracking != nil else {
            sleep(seconds: wait)
            return
        }
        do throws(RedisError) {
            try tracking?.take(within: wait, into: &changes)
        } catch {
            let isOverrun = tracking?.isInMessage == true
            return try loseTracking(isOverrun ? .overflow : .reconnect, error)
        }
        let signs = changes.takeSigns()
        watch.metrics.trackingInvalidations.add(signs.told)
        if !signs.nodes.isEmpty { watch.nodesHeardOf.withLock { $0.formUnion(signs.nodes) } }
        if signs.canary || signs.pong { noteLife() }
        if signs.flush {
            hasVanished = true
            return try resync(.flush)
        }
        if changes.isOverfull { return try resync(.overflow) }
        if !changes.isEmpty, firstChange == nil { firstChange = monotonicSeconds() }
    }

    private func sleep(seconds: Double) {
        guard seconds > 0 else { return }
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
        _ = unsafe nanosleep(&time, nil)
    }

    private mutating func takeChanges() -> SessionKeys {
        let taken = changes.take(atMost: Self.batch)
        if changes.isEmpty { firstChange = nil }
        return taken
    }

    /// Changed keys for a reading's next step, unless it is paced: then ``readChanges()`` has them.
    private mutating func nextChanges() -> SessionKeys {
        guard !pacer.isPaced else { return SessionKeys() }
        return takeChanges()
    }

    /// Reads the changed keys again, unless the reading takes them along.
    private mutating func readChanges() throws(RedisError) {
        guard let since = firstChange, reading == nil || pacer.isPaced else { return }
        guard monotonicSeconds() - since >= Self.gatherSeconds || changes.count >= Self.batch else { return }
        try exchangeChanges()
    }

    private mutating func exchangeChanges() throws(RedisError) {
        let started = monotonicSeconds()
        var request = SessionReader.Request()
        request.keys = takeChanges()
        try exchange(&request)
        watch.metrics.redisCommands.observe(
            [DaemonMetrics.RedisCommand.changes.rawValue], seconds: monotonicSeconds() - started)
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
    private mutating func takeIn(_ found: SessionReader.Found, isAlone: Bool) throws(RedisError) {
        let now = watch.clock.now()
        if isAlone, found.changed.contains(where: { $0.content == .gone }) { try lookAtEvictions() }
        // What was read may be newer than what has been told so far; then it is no drift.
        if !found.isEmpty { try tracking?.take(within: 0, into: &changes) }
        let changes = changes
        let number = number
        var names = RecordNames()
        swap(&names, &reader.names)
        watch.registry.withLock { registry in
            registry.take(found.changed, &names, from: .change, shard: number, at: now)
            if !found.scanned.isEmpty {
                registry.take(found.scanned, &names, shard: number, at: now, isPending: changes.isPending)
            }
        }
        swap(&names, &reader.names)
        if !found.strays.isEmpty { try readStrays(found.strays.map(\.key)) }
    }

    /// Asks for keys that this server of the cluster does not have, one by one, wherever they are.
    private mutating func readStrays(_ keys: [[UInt8]], leavesGone: Bool = false) throws(RedisError) {
        guard !keys.isEmpty, var router = router.take() else { return }
        var found = try StrayReading(keySpace: watch.plan.keySpace, maxIDLength: watch.plan.maxIDLength)
            .run(keys, over: &router, readers: reader.readers, names: &reader.names, at: watch.clock.now())
        self.router = consume router
        if leavesGone { found.removeAll { $0.content == .gone } }
        let number = number
        var names = RecordNames()
        swap(&names, &reader.names)
        watch.registry.withLock { $0.take(found, &names, from: .elsewhere, shard: number, at: watch.clock.now()) }
        swap(&names, &reader.names)
    }
}
