import Sessions

/// One process of the daemon: what it knows, by the code that ships, and how far its threads are.
final class Instance {
    /// Each of its threads has a connection of its own.
    enum Link: Int { case heartbeats, registry, cleaner }

    let name: String
    let start: Double
    var registry: Registry
    var names = RecordNames(seed: 1)

    // Its clocks.
    /// What the clock that never jumps shows at true time 0, and how long it stood still with the whole machine.
    let monotonicStart: Double
    var frozenSeconds = 0.0
    /// Its wall clock minus true time.
    var wallSeconds = 0.0
    private var told: (time: UnixTime, monotonic: Double)?
    private(set) var skewSeconds = 0.0

    // What befalls it.
    var isAlive = true
    var pausedUntil = 0.0
    /// True time of the last thing that may have kept it from seeing all there was.
    var disturbedAt = 0.0
    /// Nothing gets out to Redis, or nothing comes back from it, until then.
    var outCutUntil = 0.0
    var inCutUntil = 0.0

    // Its watchers.
    /// By link: the server's life that it is connected to.
    var connections: [Int?] = [nil, nil, nil]
    var heardOf: Set<String> = []
    /// Changed sessions, told at that time and not read yet.
    var changes: [(at: Double, session: Int)] = []
    var isListening = false
    var needsReading = true
    var wasFlushed = false
    /// Which part of the reading comes next, of how many; nil while there is none.
    var reading: (part: Int, parts: Int)?
    var nextFullScan = 0.0
    var nextTick = 0.0
    var nextStep = Double.infinity

    // Its cleaner.
    var lease: CleanupLease
    /// Whether Redis said so last.
    var isHolder = false
    /// Owners seen alive that are not in Redis yet.
    var unwritten: [KnownOwner] = []
    var reports: [String: (count: Int, isLive: Bool)] = [:]
    var reportCount = 0
    var stop: CleanupStop?
    var settled: (seconds: Double, monotonic: Double)?
    var sharing = SharingSchedule()
    var hasRecalled = false
    var run: CleanupRun?
    var removedInRun = 0
    /// True time at which it decided to send its last batch.
    var judgedAt = 0.0
    var isRunExact = true
    var nextRun: Double
    var wish: CleanupRequest?
    var isAborting = false

    /// What it can know, kept without the code that is tested.
    var knowledge = ReplicaKnowledge()

    init(name: String, start: Double, monotonicStart: Double, nextRun: Double, policy: NodePolicy) {
        self.name = name
        self.start = start
        self.monotonicStart = monotonicStart
        self.nextRun = nextRun
        registry = Registry(policy: policy, shelfBits: 2)
        lease = CleanupLease(holder: name)
    }

    /// The clock that never jumps.
    func monotonic(at now: Double) -> Double { monotonicStart + now - frozenSeconds }

    private func wall(at now: Double) -> UnixTime { SimulatedServer.start + (now + wallSeconds) }

    /// Redis' time, as it knows it.
    func time(at now: Double) -> UnixTime {
        told.map { $0.time + (monotonic(at: now) - $0.monotonic) } ?? wall(at: now)
    }

    /// As `HeartbeatReading.time` and `RedisClock.set`.
    func setClock(_ time: UnixTime, askedAt sent: Double, at now: Double) {
        let monotonic = sent + min((self.monotonic(at: now) - sent) / 2, 0.5)
        told = (time, monotonic)
        skewSeconds = wall(at: now) - self.time(at: now)
    }
}

/// Signs of a process' life: when they were given, and when the instance came to know of them, by true time.
struct SignsOfLife {
    private var recent: [(at: Double, toldAt: Double)] = []
    /// When the last was given that every judgement since then has known of.
    private var lastKnown = -Double.infinity

    mutating func add(at: Double, toldAt: Double) {
        settle(toldAt)
        recent.append((at, toldAt))
    }

    /// What was judged a moment ago is done: a sign that came since may be known to nobody.
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

/// What an instance has seen, in the simplest words: what its brakes are checked by.
struct ReplicaKnowledge {
    /// What its looks found of a node.
    struct Node {
        var heartbeat: Heartbeat?
        var deadline: UnixTime?
        /// Another heartbeat was found than at first. A member of a collection that stands still may be the past.
        var hasMoved = false
        /// The last check of the observer did not find its heartbeat: one that is found next was written since.
        var isGone = false
        /// Looks in a row that found no new sign of life, and since when, on the clock that never jumps.
        var stillLooks = 0
        var stillSince = 0.0
    }

    /// Looks in a row, and seconds of them, without a sign of life: then a node is dead, whoever counts.
    private static let deadLooks = 8
    private static let deadSeconds = 30.0

    var hasView = false
    var isCheckMissing = true
    var lastCheck = -Double.infinity
    private(set) var nodes: [String: Node] = [:]
    /// By process: true time of the first and of the last read that found its heartbeat standing.
    var firstSaw: [Int: Double] = [:]
    var saw: [Int: Double] = [:]
    /// By process: what was read of its heartbeats, and what was told of its work, a new record or a served request.
    var beats: [Int: SignsOfLife] = [:]
    var work: [Int: SignsOfLife] = [:]
    /// By session: true time of the last writing or renewal that was read.
    var touched: [Int: Double] = [:]
    /// Since when this instance observes one history of Redis.
    private(set) var observesSince = Double.infinity
    private(set) var life: Int?

    /// Another history of Redis is observed from now on: what stands in it may have stood there all the while.
    mutating func observe(life: Int, since: Double) {
        (self.life, observesSince) = (life, since)
        for name in nodes.keys { nodes[name]?.isGone = false }
    }

    /// What a look at all heartbeats found.
    mutating func take(_ pulse: HeartbeatCheck, at monotonic: Double) {
        lastCheck = monotonic
        isCheckMissing = false
        let signs = hear(pulse, at: monotonic)
        for name in nodes.keys where !signs.contains(name) { nodes[name]?.stillLooks += 1 }
        guard pulse.isObservation else { return }
        for name in nodes.keys { nodes[name]?.isGone = pulse.heartbeats[name] == nil }
    }

    /// What was read of some nodes. Gives those of which it is a sign of life.
    @discardableResult
    mutating func hear(_ pulse: HeartbeatCheck, at monotonic: Double) -> Set<String> {
        var signs: Set<String> = []
        for (name, heartbeat) in pulse.heartbeats {
            let deadline = pulse.places[name]?.first?.deadline
            var seen = Node(heartbeat: heartbeat, deadline: deadline, stillSince: monotonic)
            let known = nodes[name] ?? seen
            seen.hasMoved = known.hasMoved || heartbeat != known.heartbeat
            let isRenewed = deadline.map { end in known.deadline.map { abs(end - $0) > 0.5 } ?? true } ?? false
            let isWritten = pulse.written.contains(name) || isRenewed
            let isSign = heartbeat.seenAt == nil || heartbeat != known.heartbeat || isWritten || known.isGone
            if isSign { signs.insert(name) }
            nodes[name] = isSign ? seen : known
        }
        return signs
    }

    /// `settings`: how often the clock was set lately, each time over a look that may not count.
    func isDead(_ node: Node, at monotonic: Double, settings: Int) -> Bool {
        node.stillLooks >= Self.deadLooks + settings && monotonic - node.stillSince >= Self.deadSeconds
    }

    func alive(at monotonic: Double, settings: Int) -> Int {
        nodes.values.count { !isDead($0, at: monotonic, settings: settings) }
    }
}
