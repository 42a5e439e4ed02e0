/// The sessions that are lost if a node stops now, and those already lost, by age, use, TTL and client.
///
/// They are counted in a walk over the entire table, one bounded step at a time (``Registry/addDrain(to:at:)``).
/// Sessions that appear or end meanwhile may be missing or counted too often.
public struct Drain: Sendable {
    /// The sessions that share a fate.
    public struct Group: Sendable {
        /// Used in the last minute, 5 minutes and 15 minutes.
        public static let usedBounds: [Double] = [60, 300, 900]

        public fileprivate(set) var sessions = 0
        /// The time since their last use, for sessions that record it.
        public fileprivate(set) var idle = Distribution(bounds: usedBounds)
        public fileprivate(set) var withoutLastSeen = 0
        public fileprivate(set) var age = Distribution(bounds: SessionAges.bounds)
        public fileprivate(set) var withoutCreated = 0
        /// The TTL that is left if nobody uses them again.
        public fileprivate(set) var timeToLive = Distribution(bounds: SessionAges.bounds)
        public fileprivate(set) var withoutExpiry = 0
        /// The number of sessions whose clients keep failing: ``SessionFailures/isStuck``.
        public fileprivate(set) var stuck = 0
        fileprivate var lastExpires: UInt32 = 0
        /// The number of sessions by the client's number.
        fileprivate var byClient: [Int] = []
        public fileprivate(set) var clients = Clients()

        /// The time at which the last of them will have expired if none is used again. Nil if one has no expiry.
        public var allExpiredAt: UnixTime? { withoutExpiry > 0 ? nil : SessionEntry.time(lastExpires) }
    }

    /// The clients of the sessions: those with the most sessions, and the sum of the others.
    public struct Clients: Sendable, Equatable {
        public static let limit = 10

        public var top: [Client] = []
        public var otherClients = 0
        public var otherSessions = 0
    }

    public struct Client: Sendable, Equatable {
        public var name: String
        public var sessions: Int
    }

    public let node: String
    /// The sessions that its present process holds. Nothing could serve them once it is gone.
    public fileprivate(set) var wouldStrand = Group()
    /// The sessions that are already orphaned, by the death of this process or an earlier one.
    public fileprivate(set) var stranded = Group()
    /// The number of sessions that any node can take over. They are in neither group.
    public fileprivate(set) var adoptable = 0
    fileprivate var nextShelf = 0

    public init(node: String) {
        self.node = node
    }
}

/// The number of sessions of a node that closed or expired recently.
public struct RecentEnds: Sendable, Equatable {
    /// The shortest time over which a rate means something.
    static let leastSeconds = 60.0

    public var sessions: Int
    public var overSeconds: Double

    public init(sessions: Int, overSeconds: Double) {
        self.sessions = sessions
        self.overSeconds = overSeconds
    }

    /// Estimates the time until that many sessions have ended, if they keep ending at this rate and no new one begins.
    /// Nil if none ended.
    public func secondsUntilEmpty(_ count: Int) -> Double? {
        if count == 0 { return 0 }
        return sessions > 0 ? Double(count) * overSeconds / Double(sessions) : nil
    }
}

extension Registry {
    /// The number of sessions after which a step of ``addDrain(to:at:)`` ends, which bounds how long a scrape can wait.
    static let drainStepSessions = 4096

    /// Adds the sessions of some shelves, one bounded step a call. Returns true once all are added.
    public func addDrain(to drain: inout Drain, at now: UnixTime) -> Bool {
        guard let node = liveness.number(of: drain.node) else { return true }
        let isTheirs = population.owners.all.map { $0.node == node && $0.sessions > 0 }
        let table = population.table
        let fates = fates(at: now)
        let lastShelf = min(drain.nextShelf + 8 * SessionTable.stepShelves, table.shelfCount)
        var visited = 0
        while drain.nextShelf < lastShelf, visited < Self.drainStepSessions {
            defer { drain.nextShelf += 1 }
            guard !table.isEmpty(shelf: drain.nextShelf) else { continue }
            let shelf = table.shelves[drain.nextShelf]
            visited += shelf.count
            for entry in shelf where entry.owner != 0 && isTheirs[Int(entry.owner)] {
                switch state(of: entry, fates: fates) {
                case .owned where population.owners[entry.owner].isAdoptable: drain.adoptable += 1
                case .owned: add(entry, to: &drain.wouldStrand, at: now)
                case .orphaned: add(entry, to: &drain.stranded, at: now)
                case .unowned, .malformed: break
                }
            }
        }
        guard drain.nextShelf == table.shelfCount else { return false }
        drain.wouldStrand.clients = clients(of: drain.wouldStrand)
        drain.stranded.clients = clients(of: drain.stranded)
        return true
    }

    private func add(_ entry: SessionEntry, to group: inout Drain.Group, at now: UnixTime) {
        let nowSeconds = now.milliseconds / 1000
        group.sessions += 1
        let client = Int(entry.client)
        if group.byClient.count <= client {
            group.byClient += Array(repeating: 0, count: population.clients.all.count - group.byClient.count)
        }
        group.byClient[client] += 1
        if entry.lastSeen == 0 {
            group.withoutLastSeen += 1
        } else {
            group.idle.add(Double(max(nowSeconds - Int64(entry.lastSeen), 0)))
        }
        if entry.created == 0 {
            group.withoutCreated += 1
        } else {
            group.age.add(Double(max(nowSeconds - Int64(entry.created), 0)))
        }
        if entry.expires == 0 {
            group.withoutExpiry += 1
        } else {
            // Expiry times are rounded up, so they are compared with a time that is rounded up.
            group.timeToLive.add(Double(max(Int64(entry.expires) - (now.milliseconds + 999) / 1000, 0)))
            group.lastExpires = max(group.lastExpires, entry.expires)
        }
        if testimony.failures.count > 0, testimony.failures.standing(of: entry.ref, at: now).isStuck {
            group.stuck += 1
        }
    }

    private func clients(of group: Drain.Group) -> Drain.Clients {
        let named = group.byClient.enumerated().filter { $0.element > 0 }
            .map { Drain.Client(name: population.clients.all[$0.offset], sessions: $0.element) }
            .sorted { ($1.sessions, $0.name) < ($0.sessions, $1.name) }
        let rest = named.dropFirst(Drain.Clients.limit)
        return Drain.Clients(
            top: Array(named.prefix(Drain.Clients.limit)), otherClients: rest.count,
            otherSessions: rest.reduce(0) { $0 + $1.sessions })
    }

    /// Returns the number of sessions of that node that closed or expired in the last 15 minutes, or since there has
    /// been a view. Nil if that time is too short.
    public func recentEnds(ofNode name: String, at now: UnixTime) -> RecentEnds? {
        guard let number = liveness.number(of: name), let memorySince = population.memorySince else { return nil }
        // The count is by whole minutes, including the present one.
        let counted = Double(RecentCount.minutes) * 60 + Double(now.milliseconds % 60_000) / 1000
        let overSeconds = min(counted, now - memorySince)
        guard overSeconds >= RecentEnds.leastSeconds else { return nil }
        return RecentEnds(
            sessions: population.turnover.nodes[number].endedLately.count(at: now), overSeconds: overSeconds)
    }
}
