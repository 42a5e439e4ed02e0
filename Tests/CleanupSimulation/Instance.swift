import Sessions

/// One simulated process of the daemon: what it knows, by the code that ships, and the state of its threads.
final class Instance {
    /// The connections; each of its threads has one.
    enum Link: Int { case heartbeats, registry, cleaner }

    let name: String
    let start: Double
    var registry: Registry
    var names = RecordNames(seed: 1)

    // Its clocks.
    /// The monotonic clock at true time 0, and the time for which it stood still with the entire machine.
    let monotonicStart: Double
    var frozenSeconds = 0.0
    /// Its wall clock minus true time.
    var wallSeconds = 0.0
    private var told: (time: UnixTime, monotonic: Double)?
    private(set) var skewSeconds = 0.0

    // Its misfortunes.
    var isAlive = true
    var pausedUntil = 0.0
    /// The true time of the last thing that may have kept it from seeing everything.
    var disturbedAt = 0.0
    /// The times until which nothing gets out to Redis, or nothing comes back from it.
    var outCutUntil = 0.0
    var inCutUntil = 0.0

    // Its watchers.
    /// The life of the server that each link is connected to.
    var connections: [Int?] = [nil, nil, nil]
    var heardOf: Set<String> = []
    /// The changed sessions that were reported at that time and not read yet.
    var changes: [(at: Double, session: Int)] = []
    var isListening = false
    var needsFullScan = true
    var wasFlushed = false
    /// The next part of the full scan, and the number of parts. Nil while there is no full scan.
    var fullScan: (part: Int, parts: Int)?
    var nextFullScan = 0.0
    var nextTick = 0.0
    var nextStep = Double.infinity

    // Its cleaner.
    var lease: CleanupLease
    /// True if Redis said so last.
    var isHolder = false
    /// The owners that were seen alive and are not in Redis yet.
    var unwritten: [KnownOwner] = []
    var reports: [String: (count: Int, isLive: Bool)] = [:]
    var reportCount = 0
    var stop: CleanupStop?
    var settled: (seconds: Double, monotonic: Double)?
    var sharing = SharingSchedule()
    var hasRecalled = false
    var run: CleanupRun?
    var removedInRun = 0
    /// The true time at which it decided to send its last batch.
    var judgedAt = 0.0
    var isRunExact = true
    var nextRun: Double
    var pendingRun: CleanupRequest?
    var isAborting = false

    /// Its possible knowledge, kept without the code under test.
    var knowledge = InstanceKnowledge()

    init(name: String, start: Double, monotonicStart: Double, nextRun: Double, policy: NodePolicy) {
        self.name = name
        self.start = start
        self.monotonicStart = monotonicStart
        self.nextRun = nextRun
        registry = Registry(policy: policy, shelfBits: 2)
        lease = CleanupLease(holder: name)
    }

    /// Returns the time on its monotonic clock.
    func monotonic(at now: Double) -> Double { monotonicStart + now - frozenSeconds }

    private func wall(at now: Double) -> UnixTime { SimulatedServer.start + (now + wallSeconds) }

    /// Returns Redis' time, as it knows it.
    func time(at now: Double) -> UnixTime {
        told.map { $0.time + (monotonic(at: now) - $0.monotonic) } ?? wall(at: now)
    }

    /// Sets its clock, as `HeartbeatReading.time` and `RedisClock.set` do.
    func setClock(_ time: UnixTime, askedAt sent: Double, at now: Double) {
        let monotonic = sent + min((self.monotonic(at: now) - sent) / 2, 0.5)
        told = (time, monotonic)
        skewSeconds = wall(at: now) - self.time(at: now)
    }
}
