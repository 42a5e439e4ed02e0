import Digests
@_spi(Simulation) import Sessions

/// The decisions that a seed makes before anything happens.
struct Schedule {
    static let deadAfterSeconds = 15.0
    static let settleSeconds = 30.0

    let nodes: Int
    let instances: Int
    /// True if changes are reported. Otherwise everything is read again each time.
    let isTracking: Bool
    /// The policy that people set for cleanup.
    let policy: CleanupPolicy
    /// The approximate seconds between two misfortunes.
    let misfortuneSeconds: Double
    /// The time from which nothing goes wrong any more. At the end no orphan may be left.
    let calmFrom: Double?
    let seconds: Double

    init(_ random: inout SplitMix64) {
        nodes = random.int(2...5)
        instances = random.oneIn(3) ? 3 : 2
        isTracking = !random.oneIn(5)
        var policy = CleanupPolicy()
        policy.graceSeconds = random.oneIn(3) ? 120 : 60
        policy.maxSilenceSeconds = 300
        policy.settleSeconds = Self.settleSeconds
        policy.maxKeysPerSecond = random.oneIn(3) ? 25 : 10
        policy.maxDeadFraction = random.oneIn(3) ? 0.8 : 0.5
        if random.oneIn(6) { policy.action = .expire(seconds: 40) }
        self.policy = policy
        let isQuiet = random.oneIn(4)
        misfortuneSeconds = isQuiet ? 1_000 : random.seconds(10...60)
        let isCalm = isQuiet && random.oneIn(8)
        calmFrom = isCalm ? 120 : nil
        seconds = isCalm ? 600 : 300
    }

    /// Makes a schedule for a script: one instance, and no misfortunes.
    init(seconds: Double, _ policy: CleanupPolicy) {
        (nodes, instances, isTracking) = (0, 1, true)
        self.policy = policy
        (misfortuneSeconds, calmFrom) = (.infinity, 0)
        self.seconds = seconds
    }

    static var nodePolicy: NodePolicy { nodePolicy(.all) }

    static func nodePolicy(_ rules: EvidenceRules) -> NodePolicy {
        var policy = NodePolicy()
        policy.rules = rules
        policy.deadAfterSeconds = deadAfterSeconds
        return policy
    }

    /// The keys of sessions and heartbeats.
    static let keySpace = KeySpace(
        dialects: [
            .native,
            Dialect(name: "shared", sessions: Dialect.KeyPattern(prefix: "mcp:shared:"), isAdoptable: true),
        ], deniedSuffixes: [])
    static let adoptableDialect = 1
    /// The fingerprint of what our instances watch, and that of one with another configuration.
    static let fingerprint = WatchFingerprint(keySpace.dialects, database: 0)
    static let foreignFingerprint = WatchFingerprint(keySpace.dialects, database: 1)
}
