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
    /// Sessions seen to appear at it, and to end, by how.
    public var created: Int
    public var ended: [Ending: Int]
    var judged: Ring<Judgement>

    /// The boot that works on without a heartbeat; nil where none does.
    public var silentWorker: SilentWorker?
    /// The boots that take turns under its name.
    public var takingTurns: [Boot]

    public var isSuspect: Bool { !suspicions.isEmpty }

    /// The latest requests that it refused, or that were refused for sessions it owns; the oldest first.
    public var recentJudgements: [Judgement] { judged.elements }

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
        countsByNode().enumerated().map { summary(ofNode: $0, $1, at: now) }.sorted { $0.node.name < $1.node.name }
    }

    /// The one node of that name.
    public func nodeSummary(named name: String, at now: UnixTime) -> NodeSummary? {
        guard let number = liveness.number(of: name) else { return nil }
        var counts = StateCounts()
        for owner in population.owners.inUse where owner.node == number { counts.add(self.counts(of: owner)) }
        return summary(ofNode: number, counts, at: now)
    }

    private func summary(ofNode number: Int, _ counts: StateCounts, at now: UnixTime) -> NodeSummary {
        let (node, turnover, told) = (
            liveness.nodes[number], population.turnover.nodes[number], testimony.nodes[number]
        )
        return NodeSummary(
            node: node, counts: counts, suspicions: node.suspicions(counts),
            misroutesTo: told.misroutesTo.count(at: now), misroutesFrom: told.misroutesFrom.count(at: now),
            clockOffsetSeconds: told.clock.seconds(at: now), created: turnover.created, ended: turnover.ended,
            judged: told.judged,
            silentWorker: liveness.evidence.silentWorker(of: node.name, policy),
            takingTurns: liveness.evidence.takingTurns(node.name))
    }

    /// Sessions by state, by the number of their owner's node.
    func countsByNode() -> [StateCounts] {
        var counts = Array(repeating: StateCounts(), count: liveness.nodes.count)
        for owner in population.owners.inUse { counts[owner.node].add(self.counts(of: owner)) }
        return counts
    }

    /// All sessions by state.
    public func stateCounts(at now: UnixTime) -> StateCounts {
        var counts = StateCounts()
        counts.unowned = population.owners.unowned
        counts.malformed = population.owners.malformedInAll
        for owner in population.owners.inUse { counts.add(self.counts(of: owner)) }
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

    public private(set) var age = Distribution(bounds: bounds)
    public private(set) var timeToLive = Distribution(bounds: bounds)
    private var nextShelf = 0

    public init() {}

    /// Adds some shelves' sessions; true when all are in.
    fileprivate mutating func add(_ table: SessionTable, at now: UnixTime) -> Bool {
        let nowSeconds = now.milliseconds / 1000
        // Expiry is kept rounded up; against a time rounded down, a fresh session would have more to live than it was
        // given.
        let nowRoundedUp = (now.milliseconds + 999) / 1000
        let end = min(nextShelf + 8 * SessionTable.stepShelves, table.shelfCount)
        for shelf in nextShelf..<end where !table.isEmpty(shelf: shelf) {
            for entry in table.shelves[shelf] {
                if entry.created != 0 { age.add(Double(max(nowSeconds - Int64(entry.created), 0))) }
                if entry.expires != 0 { timeToLive.add(Double(max(Int64(entry.expires) - nowRoundedUp, 0))) }
            }
        }
        nextShelf = end
        return end == table.shelfCount
    }
}

extension Registry {
    /// Adds some shelves' sessions to the ages, one bounded step a call; true when all are in.
    public func addAges(to ages: inout SessionAges, at now: UnixTime) -> Bool {
        ages.add(population.table, at: now)
    }

    /// How long the present orphans have been without their owner.
    public func orphanAges(at now: UnixTime) -> Distribution {
        var ages = Distribution(bounds: SessionAges.bounds)
        for owner in population.owners.inUse {
            let fate = liveness.fate(of: owner)
            for (reason, orphans) in owner.counts(fate).orphaned where orphans > 0 {
                let since = reason == .ownerDenies ? owner.deniedSince : fate.since
                if let since { ages.add(max(now - since, 0), times: orphans) }
            }
        }
        return ages
    }
}
