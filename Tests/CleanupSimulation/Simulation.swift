import Sessions

/// One schedule: nodes, replicas of the daemon and Redis for some hours of simulated time, all from one seed. The domain's
/// code is the one that ships; around it stands what `Cleaner` and the watchers do, one step at a time, so that any two
/// may come between each other.
public struct Simulation {
    /// What must never happen, and when it did.
    public struct Violation: Sendable, CustomStringConvertible {
        public var seed: UInt64
        public var at: Double
        public var what: String

        public var description: String { "seed \(seed), after \(at) s: \(what)" }
    }

    /// How often something of interest came to pass.
    public struct Coverage: Sendable {
        public var counts: [String: Int] = [:]

        public init() {}

        public mutating func note(_ what: String, _ count: Int = 1) { counts[what, default: 0] += count }

        public mutating func add(_ other: Coverage) { counts.merge(other.counts, uniquingKeysWith: +) }
    }

    static let deadAfterSeconds = 15.0
    static let graceSeconds = 120.0
    static let settleSeconds = 30.0
    /// How much less than the grace true time may show: looks, and the time to live of a heartbeat, are that coarse.
    static let slackSeconds = 12.0

    public let seed: UInt64
    let bug: DeliberateBug?
    let keySpace = KeySpace(dialects: [.native], deniedSuffixes: [])
    var random: Random
    var now = 0.0
    var server = SimulatedServer()
    var processes: [Process] = []
    var replicas: [Replica] = []
    /// The past of the server, for failovers to a replica that lags.
    var snapshots: [(at: Double, server: SimulatedServer)] = []
    /// When an owner was last seen standing by a look whose outcome was written down.
    var seenStanding: [GoneOwnerName: Double] = [:]
    var removals: [(at: Double, count: Int)] = []
    var removed = 0
    var nextSession = 0
    var nextWriting = 0
    var violation: Violation?
    public internal(set) var coverage = Coverage()

    /// A node's process, which knows what it really holds.
    struct Process {
        var node: String
        var boot: String
        var isAlive = true
        /// Alive, but not beating until then.
        var stalledUntil = 0.0
        var nextBeat = 0.0
        var held: Set<Int> = []
        /// Beats into the collection, and says no boot.
        var isCollected: Bool
    }

    public init(seed: UInt64, bug: DeliberateBug? = nil) {
        self.seed = seed
        self.bug = bug
        random = Random(seed: seed)
        for number in 1...4 {
            let isCollected = random.oneIn(6)
            processes.append(Process(node: "n\(number)", boot: "b\(number)", isCollected: isCollected))
        }
        for number in 0..<2 { replicas.append(Replica("r\(number)", startsAt: Double(number) * 3)) }
    }

    /// Runs to the end, or to the first violation.
    public mutating func run(seconds: Double = 600) -> Violation? {
        for index in processes.indices { register(index, count: random.int(3...8)) }
        while now < seconds, violation == nil {
            // The soonest of all; chance decides between those that are due at the same time.
            let due = replicas.indices.min { replicas[$0].due < replicas[$1].due } ?? 0
            let step = min(replicas[due].due, (now / 1).rounded(.down) + 1)
            now = max(step, now)
            if replicas[due].due <= now {
                act(due)
            } else {
                live()
            }
        }
        if server.audit.count + lostAudit != removed, violation == nil { fail("the audit and the removals differ") }
        return violation
    }

    /// Audit records that a restart or a failover took along.
    var lostAudit = 0

    mutating func fail(_ what: String) {
        if violation == nil { violation = Violation(seed: seed, at: now, what: what) }
    }
}

/// SplitMix64.
struct Random {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func int(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    mutating func oneIn(_ count: Int) -> Bool { next() % UInt64(count) == 0 }

    mutating func seconds(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + Double(next() >> 11) / Double(1 << 53) * (range.upperBound - range.lowerBound)
    }
}
