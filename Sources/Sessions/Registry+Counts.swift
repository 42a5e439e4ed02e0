/// Sessions by state.
public struct StateCounts: Sendable, Equatable {
    public var owned = 0
    public var orphaned: [OrphanReason: Int] = [:]
    public var unowned = 0
    public var malformed = 0

    public init() {}

    public var orphanedInAll: Int { orphaned.values.reduce(0, +) }
    public var inAll: Int { owned + orphanedInAll + unowned + malformed }

    mutating func add(_ other: StateCounts) {
        owned += other.owned
        orphaned.merge(other.orphaned, uniquingKeysWith: +)
        unowned += other.unowned
        malformed += other.malformed
    }
}

/// A node with what is counted of its sessions, of all its boots.
public struct NodeSummary: Sendable {
    public var node: Node
    public var counts: StateCounts
    /// Why it is suspect; empty where it is not.
    public var suspicions: [Suspicion]
    /// Requests of the last 15 minutes that could not be served though the session is registered: for sessions that
    /// this node owns, whoever refused them, and refused by this node, whoever owns them.
    public var misroutesTo: Int
    public var misroutesFrom: Int
    /// How far its clock is behind the registry's, as its log lines tell: below zero it is ahead. Nil where none came
    /// in the last minutes.
    public var clockOffsetSeconds: Double?

    /// The boot that works on without a heartbeat; nil where none does.
    public var silentWorker: SilentWorker?
    /// The boots that take turns under its name.
    public var takingTurns: [Boot]

    public var isSuspect: Bool { !suspicions.isEmpty }

    public var flags: [NodeFlag] {
        NodeFlag.allCases.filter { flag in
            switch flag {
            case .suspect: isSuspect
            case .silentButWorking: silentWorker != nil
            case .sharedName: !takingTurns.isEmpty
            }
        }
    }
}

extension Registry {
    /// Every node ever seen or named, by name, with its counts: costs by the number of owners.
    public func nodeSummaries(at now: UnixTime) -> [NodeSummary] {
        var counts = Array(repeating: StateCounts(), count: nodes.count)
        for owner in owners where owner.node >= 0 && owner.sessions > 0 {
            counts[owner.node].add(self.counts(of: owner))
        }
        return zip(nodes, counts).map { summary(of: $0, $1, at: now) }.sorted { $0.node.name < $1.node.name }
    }

    /// The one node of that name.
    public func nodeSummary(named name: String, at now: UnixTime) -> NodeSummary? {
        guard let index = nodeIndex[name] else { return nil }
        var counts = StateCounts()
        for owner in owners where owner.node == index && owner.sessions > 0 {
            counts.add(self.counts(of: owner))
        }
        return summary(of: nodes[index], counts, at: now)
    }

    private func summary(of node: Node, _ counts: StateCounts, at now: UnixTime) -> NodeSummary {
        NodeSummary(
            node: node, counts: counts, suspicions: suspicions(of: node, counts),
            misroutesTo: node.misroutesTo.count(at: now), misroutesFrom: node.misroutesFrom.count(at: now),
            clockOffsetSeconds: node.clock.seconds(at: now),
            silentWorker: evidence.silentWorker(of: node.name, policy), takingTurns: evidence.takingTurns(node.name))
    }

    /// All sessions by state.
    public func stateCounts(at now: UnixTime) -> StateCounts {
        var counts = StateCounts()
        counts.unowned = owners[0].sessions
        counts.malformed = malformedSessions.values.reduce(0, +)
        for owner in owners where owner.node >= 0 && owner.sessions > 0 { counts.add(self.counts(of: owner)) }
        return counts
    }

    /// Sessions that cannot be read, by why.
    public var malformedCounts: [Malformation: Int] { malformedSessions }

    /// Heartbeats that cannot be read, by why.
    public var malformedNodes: [Malformation: Int] {
        nodes.reduce(into: [:]) { counts, node in
            if node.isAlive, let malformation = node.heartbeat?.malformation { counts[malformation, default: 0] += 1 }
        }
    }

    /// Sessions that never expire.
    public var withoutExpiry: Int { sessionsWithoutExpiry }

    /// Sessions of no known owner that were seen to appear, and to end.
    public var unownedCreated: Int { createdUnowned }
    public var unownedEnded: [Ending: Int] { endedUnowned }

    func counts(of owner: Owner) -> StateCounts {
        var counts = StateCounts()
        var denied = 0
        switch owner.fate(node: nodes[owner.node], policy: policy) {
        case .gone(let reason, _): counts.orphaned[reason] = owner.sessions
        case .learntGone: counts.unowned = owner.sessions
        case .serves:
            counts.owned = owner.sessions - owner.denied
            denied = owner.denied
        case .decidedByAge:
            denied = owner.denied - owner.deniedBeforeCutoff
            counts.owned = owner.sessions - owner.sessionsBeforeCutoff - denied
            if owner.sessionsBeforeCutoff > 0 { counts.orphaned[.ownerRestarted] = owner.sessionsBeforeCutoff }
        }
        if denied > 0 { counts.orphaned[.ownerDenies] = denied }
        return counts
    }
}

/// How many sessions lie between bounds: `counts[i]` are above `bounds[i-1]` and at most `bounds[i]`, the last one
/// above all bounds.
public struct Distribution: Sendable, Equatable {
    public let bounds: [Double]
    public private(set) var counts: [Int]
    public private(set) var sum = 0.0

    public init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    mutating func add(_ value: Double, times: Int = 1) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += times
        sum += value * Double(times)
    }
}

/// How old the sessions are, and how long they have still to live, in seconds.
public struct SessionAges: Sendable {
    /// A minute to 30 days.
    public static let bounds: [Double] = [60, 300, 900, 3600, 21_600, 86_400, 604_800, 1_209_600, 2_592_000]

    public fileprivate(set) var age = Distribution(bounds: bounds)
    public fileprivate(set) var timeToLive = Distribution(bounds: bounds)
    fileprivate var nextShelf = 0

    public init() {}
}

extension Registry {
    /// Adds some shelves' sessions to the ages, one bounded step a call; true when all are in.
    public func addAges(to ages: inout SessionAges, at now: UnixTime) -> Bool {
        let nowSeconds = now.milliseconds / 1000
        // Expiry is kept rounded up; against a time rounded down, a fresh session would have more to live than it was
        // given.
        let nowRoundedUp = (now.milliseconds + 999) / 1000
        let end = min(ages.nextShelf + 8 * Self.stepShelves, table.shelfCount)
        for shelf in ages.nextShelf..<end where !table.isEmpty(shelf: shelf) {
            for entry in table.shelves[shelf] {
                if entry.created != 0 { ages.age.add(Double(max(nowSeconds - Int64(entry.created), 0))) }
                if entry.expires != 0 { ages.timeToLive.add(Double(max(Int64(entry.expires) - nowRoundedUp, 0))) }
            }
        }
        ages.nextShelf = end
        return end == table.shelfCount
    }

    /// How long the present orphans have been without their owner.
    public func orphanAges(at now: UnixTime) -> Distribution {
        var ages = Distribution(bounds: SessionAges.bounds)
        for owner in owners where owner.node >= 0 && owner.sessions > 0 {
            let fate = owner.fate(node: nodes[owner.node], policy: policy)
            for (reason, orphans) in counts(of: owner).orphaned where orphans > 0 {
                let since = reason == .ownerDenies ? owner.deniedSince : fate.since
                if let since { ages.add(max(now - since, 0), times: orphans) }
            }
        }
        return ages
    }
}
