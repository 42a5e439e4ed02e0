import Sessions

/// The times at which a process showed life, and at which the instance heard of it, by true time.
struct LifeRecord {
    private var recent: [(at: Double, toldAt: Double)] = []
    /// The last time that every later judgement has known of.
    private var lastKnown = -Double.infinity

    mutating func add(at: Double, toldAt: Double) {
        settle(toldAt)
        recent.append((at, toldAt))
    }

    /// Returns the last time that is certain to be known. A judgement of a moment ago is already made, so it may not
    /// know of life that was shown since.
    func lastKnown(at now: Double) -> Double {
        var settled = self
        settled.settle(now)
        return settled.lastKnown
    }

    private mutating func settle(_ now: Double) {
        let count = recent.prefix { now - $0.toldAt >= CleanupPolicy.judgedSeconds }.count
        lastKnown = recent.prefix(count).reduce(lastKnown) { max($0, $1.at) }
        recent.removeFirst(count)
    }
}

/// The knowledge of an instance in the simplest form, by which its brakes are checked.
struct InstanceKnowledge {
    /// The findings of its checks about one node.
    struct Node {
        var heartbeat: Heartbeat?
        var deadline: UnixTime?
        /// True if another heartbeat was found than the first one. A member of a collection that never changes may be
        /// from the past.
        var hasMoved = false
        /// True if the observer's last check did not find its heartbeat. One that is found next was written since.
        var isGone = false
        /// True if it went before it expired, as a node removes it that announces its end.
        var hasWithdrawn = false
        /// The number of checks in a row that found no new heartbeat, and the monotonic time since which it is so.
        var stillChecks = 0
        var stillSince = 0.0
    }

    /// The checks in a row, and their seconds, without a heartbeat after which a node is dead by any count.
    private static let deadChecks = 8
    private static let deadSeconds = 30.0

    var hasView = false
    var isCheckMissing = true
    var lastCheck = -Double.infinity
    private(set) var nodes: [String: Node] = [:]
    /// The nodes that came when others were known: each may have come in the place of one that ended.
    private(set) var newcomers: Set<String> = []
    /// The true time of the first and of the last read that found the heartbeat of a process.
    var firstSaw: [Int: Double] = [:]
    var saw: [Int: Double] = [:]
    /// The heartbeats that were read of each process, and its reported work: a new record or a served request.
    var heartbeats: [Int: LifeRecord] = [:]
    var work: [Int: LifeRecord] = [:]
    /// The true time of the last write or renewal that was read, by session.
    var touched: [Int: Double] = [:]
    /// The time since which this instance observes one history of Redis.
    private(set) var observesSince = Double.infinity
    private(set) var life: Int?
    /// True until the observer's first check of this life is over: what is missing then was perhaps lost.
    private var isNewLife = true

    /// Begins to observe another history of Redis. What is in it may have been there all the time.
    mutating func observe(life: Int, since: Double) {
        (self.life, observesSince, isNewLife) = (life, since, true)
        for name in nodes.keys { nodes[name]?.isGone = false }
    }

    /// Takes a check of all heartbeats.
    mutating func take(_ check: HeartbeatCheck, at time: UnixTime, monotonic: Double) {
        lastCheck = monotonic
        isCheckMissing = false
        let living = hear(check, at: monotonic)
        for name in nodes.keys where !living.contains(name) { nodes[name]?.stillChecks += 1 }
        guard check.isObservation else { return }
        for (name, node) in nodes {
            let isGone = check.heartbeats[name] == nil
            let isEarly = node.deadline.map { time < $0 } ?? false
            if isGone, !node.isGone, isEarly, !isNewLife { nodes[name]?.hasWithdrawn = true }
            nodes[name]?.isGone = isGone
        }
        isNewLife = false
    }

    /// Takes the heartbeats of some nodes. Returns those nodes that showed life.
    @discardableResult
    mutating func hear(_ check: HeartbeatCheck, at monotonic: Double) -> Set<String> {
        var living: Set<String> = []
        for (name, heartbeat) in check.heartbeats {
            let deadline = check.places[name]?.first?.deadline
            var seen = Node(heartbeat: heartbeat, deadline: deadline, stillSince: monotonic)
            if nodes[name] == nil, hasView { newcomers.insert(name) }
            let known = nodes[name] ?? seen
            seen.hasMoved = known.hasMoved || heartbeat != known.heartbeat
            let isRenewed = deadline.map { end in known.deadline.map { abs(end - $0) > 0.5 } ?? true } ?? false
            let isWritten = check.written.contains(name) || isRenewed
            let showsLife = heartbeat.seenAt == nil || heartbeat != known.heartbeat || isWritten || known.isGone
            if showsLife { living.insert(name) }
            nodes[name] = showsLife ? seen : known
        }
        return living
    }

    /// Returns whether a node is dead. `settings` is the number of recent settings of the clock, each during a check
    /// that may not count.
    func isDead(_ node: Node, at monotonic: Double, clockSettings: Int) -> Bool {
        node.stillChecks >= Self.deadChecks + clockSettings && monotonic - node.stillSince >= Self.deadSeconds
    }

    func alive(at monotonic: Double, clockSettings: Int) -> Int {
        nodes.values.count { !isDead($0, at: monotonic, clockSettings: clockSettings) }
    }
}
