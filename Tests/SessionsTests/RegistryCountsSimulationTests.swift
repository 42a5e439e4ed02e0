import TestSupport
import Testing

@testable import Sessions

/// A cluster in which anything may happen, beside what a plain dictionary knows of it.
private struct AnyCluster {
    var cluster = Cluster()
    var random: SeededRandom
    /// The sessions in Redis, as they are read, and those of the last complete reading.
    var inRedis: [String: ObservedSession] = [:]
    var known: [String: ObservedSession] = [:]
    var boots: [String: Int] = [:]
    var operations = 0

    init(_ random: SeededRandom) { self.random = random }

    mutating func changeSessions() {
        for _ in 0..<Int.random(in: 0...20, using: &random) {
            operations += 1
            let id = "id:\(Int.random(in: 0..<200, using: &random))"
            switch Int.random(in: 0..<10, using: &random) {
            case 0...2: inRedis[id] = nil
            case 3:
                inRedis[id] = cluster.malformed(
                    id, random.pick(Malformation.allCases), expires: random.pick([nil, 60]))
            case 4:
                inRedis[id] = cluster.session(id, created: random.pick([nil, -60]), expires: random.pick([nil, 60]))
            default:
                let node = "n\(Int.random(in: 0..<6, using: &random))"
                inRedis[id] = cluster.session(
                    id, node, random.pick([nil, "b\(boots[node, default: 0])", "b0"]),
                    created: random.pick([nil, 0, -1, -2, -3, -50, -500]), client: random.pick(["", "a 1", "b"]),
                    expires: random.pick([nil, 5, 3600]), isAdoptable: random.oneIn(6))
            }
        }
    }

    /// A reading that sees some sessions twice, and may be given up.
    mutating func read() {
        operations += 1
        cluster.registry.beginFullScan()
        let sessions = inRedis.values.shuffled(using: &random)
        let repeated = sessions.filter { _ in random.oneIn(10) }
        cluster.take(Array(sessions.prefix(sessions.count / 2)))
        if random.oneIn(8) { return cluster.registry.abandonFullScan(.connectionLost) }
        cluster.take(Array(sessions.dropFirst(sessions.count / 2)) + repeated)
        if random.oneIn(2) { check() }
        cluster.finish()
        known = inRedis
    }

    mutating func check() {
        operations += 1
        var heartbeats: [String: Heartbeat] = [:]
        for number in 0..<5 where !random.oneIn(4) {
            let node = "n\(number)"
            if random.oneIn(6) { boots[node, default: 0] += 1 }
            let boot = boots[node, default: 0]
            switch Int.random(in: 0..<6, using: &random) {
            case 0: heartbeats[node] = .marker
            case 1: heartbeats[node] = Heartbeat(malformation: .badTime)
            case 2: heartbeats[node] = cluster.heartbeat(nil, started: random.pick([-1, -10, -100]))
            default:
                heartbeats[node] = cluster.heartbeat(
                    "b\(boot)", started: random.pick([nil, -1, -10]), isDraining: random.oneIn(4))
            }
        }
        cluster.check(after: Double.random(in: 0...10, using: &random), heartbeats)
    }

    func check(_ note: Comment) {
        let listing = cluster.listing(limit: 37)
        let registry = cluster.registry
        let now = cluster.now
        #expect(registry.sessionCount == known.count, note)
        #expect(listing.map(\.ref) == known.values.map(\.ref).sorted(), note)
        #expect(registry.stateCounts(at: now) == counted(listing), note)
        #expect(registry.stateCounts(at: now).inAll == known.count, note)
        let byNode = Dictionary(grouping: listing.filter { $0.node != nil }) { $0.node ?? "" }
        for summary in registry.nodeSummaries(at: now) {
            #expect(summary.counts == counted(byNode[summary.node.name] ?? []), note)
            let alone = registry.nodeSummary(named: summary.node.name, at: now)
            #expect(alone?.counts == summary.counts, note)
        }
        #expect(Set(registry.nodeSummaries(at: now).map(\.node.name)).isSuperset(of: byNode.keys), note)
        var malformed: [Malformation: Int] = [:]
        for session in listing { if case .malformed(let why) = session.state { malformed[why, default: 0] += 1 } }
        #expect(registry.malformedCounts.filter { $0.value != 0 } == malformed, note)
        #expect(registry.withoutExpiry == listing.count { $0.hasNoExpiry }, note)
        for session in known.values {
            let summary = registry.session(session.id, ref: session.ref, at: now)
            let owner = cluster.ownerName(of: session)
            #expect(summary?.node == owner.map { String(decoding: $0.node, as: UTF8.self) }, note)
            #expect(summary?.boot == owner?.boot.map { String(decoding: $0, as: UTF8.self) }, note)
            if case .malformed(let why) = session.content { #expect(summary?.state == .malformed(why), note) }
            if case .value(let value) = session.content, value.owner == 0 {
                #expect(summary?.state == .unowned(.noOwner), note)
            }
            if cluster.isAdoptable(session) { #expect(summary?.state == .owned, note) }
        }
    }
}

@Suite struct RegistryCountsSimulationTests {
    @Test func countsAreWhatARecountFinds() {
        var any = AnyCluster(SeededRandom(for: "countsAreWhatARecountFinds"))
        any.changeSessions()
        any.cluster.read(Array(any.inRedis.values))
        any.known = any.inRedis
        var states: Set<String> = []
        // The walk goes on until it came by every state that a registry tells, else it shows little.
        let all: Set = [
            "owned ", "orphaned owner_dead", "orphaned owner_restarted", "orphaned owner_unknown", "unowned no_owner",
            "malformed bad_json", "malformed too_large", "malformed bad_time",
        ]
        for round in 0..<5_000 where round < 250 || !states.isSuperset(of: all) {
            any.changeSessions()
            any.check()
            if any.random.oneIn(2) { any.read() }
            if any.random.oneIn(30) { any.cluster.now = any.cluster.now + 90_000 }
            if any.random.oneIn(10) {
                any.cluster.registry.abandonFullScan(.connectionLost)
                any.cluster.registry.forgetTheGone(at: any.cluster.now)
            }
            any.check("round \(round), seed \(any.random.seed)")
            states.formUnion(any.cluster.listing().map { "\($0.state.word) \($0.state.reason ?? "")" })
        }
        #expect(any.operations > 1500)
        #expect(states.isSuperset(of: all))
    }
}

@Suite struct DistributionTests {
    @Test func countsBetweenBounds() {
        var distribution = Distribution(bounds: [1, 10])
        for value in [0, 1, 1.1, 10, 10.1, 1000] { distribution.add(value) }
        distribution.add(2, times: 3)
        #expect(distribution.counts == [2, 5, 2])
        #expect(distribution.sum == 1028.2)
    }

    @Test func agesAndTimesToLiveOfAllSessions() {
        var cluster = Cluster()
        cluster.read([
            cluster.session("a", created: -30, expires: 60), cluster.session("b", created: -60, expires: 61),
            cluster.session("c", created: -61, expires: nil),
            cluster.session("d", created: nil, expires: 2_592_000),
            cluster.session("e", created: -5_000_000, expires: 3_000_000),
            cluster.session("f", created: 50, expires: 1), cluster.malformed("g", .badJSON, expires: 300),
        ])
        var ages = SessionAges()
        while !cluster.registry.addAges(to: &ages, at: cluster.now) {}
        #expect(SessionAges.bounds == [60, 300, 900, 3600, 21_600, 86_400, 604_800, 1_209_600, 2_592_000])
        #expect(ages.age.counts == [3, 1, 0, 0, 0, 0, 0, 0, 0, 1])
        #expect(ages.age.sum == 30 + 60 + 61 + 5_000_000)
        #expect(ages.timeToLive.counts == [2, 2, 0, 0, 0, 0, 0, 0, 1, 1])
        #expect(ages.timeToLive.sum == 60 + 61 + 2_592_000 + 3_000_000 + 1 + 300)
    }

    @Test func orphanAgesAreSinceTheOwnerWent() {
        var cluster = Cluster()
        cluster.read([
            cluster.session("a", "n1", "b1"), cluster.session("b", "n1", "b1"), cluster.session("c", "n1", "b2"),
            cluster.session("d", "ghost", "b"),
            cluster.session("e"), cluster.session("f", "n1", created: -500),
        ])
        let start = cluster.now
        cluster.check(["n1": cluster.heartbeat("b2", started: -400)])
        cluster.check(for: 60) { ["n1": $0.heartbeat("b2", started: start - $0.now - 400)] }
        let ages = cluster.registry.orphanAges(at: cluster.now)
        // Three of the restart, 460 s ago, and one of the ghost, named 60 s ago.
        #expect(ages.counts == [1, 0, 3, 0, 0, 0, 0, 0, 0, 0])
        #expect(ages.sum == 3 * 460 + 60)
    }
}
