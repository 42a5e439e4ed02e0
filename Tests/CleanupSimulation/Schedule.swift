import Digests
@_spi(Simulation) import Sessions

/// What a seed decides before anything happens.
struct Schedule {
    static let deadAfterSeconds = 15.0
    static let settleSeconds = 30.0

    let nodes: Int
    let instances: Int
    /// Changes are told; else everything is read again each time.
    let isTracking: Bool
    /// What cleanup is allowed, as people set it.
    let policy: CleanupPolicy
    /// Seconds between two misfortunes, about.
    let misfortuneSeconds: Double
    /// From then on nothing goes wrong any more, and at the end no orphan may be left.
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

    static var nodePolicy: NodePolicy { nodePolicy(.all) }

    static func nodePolicy(_ rules: EvidenceRules) -> NodePolicy {
        var policy = NodePolicy()
        policy.rules = rules
        policy.deadAfterSeconds = deadAfterSeconds
        return policy
    }

    /// Where sessions and heartbeats stand.
    static let keySpace = KeySpace(
        dialects: [
            .native,
            Dialect(name: "shared", sessions: Dialect.KeyPattern(prefix: "mcp:shared:"), isAdoptable: true),
        ], deniedSuffixes: [])
    static let adoptableDialect = 1
    /// What our instances watch, and what one does that is configured otherwise.
    static let fingerprint = WatchFingerprint(keySpace.dialects, database: 0)
    static let foreignFingerprint = WatchFingerprint(keySpace.dialects, database: 1)
}
