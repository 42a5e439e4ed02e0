/// The sum of all judgements since the daemon began: who refused whose sessions, why, and for which clients.
public struct MisrouteTally: Sendable {
    /// The number of nodes that are told apart, and of pairs of them; the others share ``otherNode``.
    public static let nodeLimit = 512
    public static let pairLimit = 16_384
    /// The seconds after its last refused request for which a node keeps its place though another needs one.
    static let idleSeconds = 600.0
    public static let otherNode = "other"
    /// The number of clients that are counted at a time.
    public static let clientLimit = 256
    /// The number of judgements kept.
    public static let recentLimit = 1024

    /// The counts by the places of serving node and owner, and by verdict.
    private var counts: [UInt64: Int] = [:]
    private var causes = InlineArray<16, Int>(repeating: 0)
    private var clients = SpaceSaving(limit: MisrouteTally.clientLimit)
    private var recent = Ring<Judgement>(limit: MisrouteTally.recentLimit)
    /// The part of the counts that stood under names which have lost their place since.
    private var moved: [UInt64: Int] = [:]
    /// The names by place. The first place is no node; the second is for all that found no place.
    private var names = ["", MisrouteTally.otherNode]
    private var places: [String: UInt64] = ["": 0]
    /// The time of the last refused request by place, and of the latest of all.
    private var used = [UnixTime(seconds: 0), UnixTime(seconds: 0)]
    private var now = UnixTime(seconds: 0)
    /// No place was idle when one was last looked for, and none is before this time.
    private var noneIdleUntil = UnixTime(seconds: 0)
    /// The number of refused requests.
    public private(set) var refused = 0
    /// The number of ``Verdict/misrouted`` requests, by the owner's place.
    private var misrouted: [UInt64: Int] = [:]

    public init() {}

    public mutating func add(_ judgement: Judgement) {
        now = max(now, judgement.time)
        // It names two nodes at most.
        if names.count > Self.nodeLimit { giveUpIdlePlaces() }
        let node = place(judgement.node ?? "")
        // A session that is not registered is counted only by the node that was asked.
        let owner = judgement.verdict.isUnknownSession ? 0 : place(judgement.owner ?? "")
        refused += judgement.count
        if judgement.verdict == .misrouted { misrouted[owner, default: 0] += judgement.count }
        let verdict = UInt64(Self.verdicts.firstIndex(of: judgement.verdict) ?? 0)
        let key = node << 32 | owner << 8 | verdict
        let hasRoom = counts[key] != nil || counts.count < Self.pairLimit
        counts[hasRoom ? key : 1 << 32 | 1 << 8 | verdict, default: 0] += judgement.count
        if let cause = judgement.cause, let place = Self.causes.firstIndex(of: cause) {
            causes[place] += judgement.count
        }
        if let client = judgement.client, !client.isEmpty { clients.add(client, count: judgement.count) }
        recent.append(judgement)
    }

    /// The number of requests that reached a living node other than the living owner, by that owner. Owners beyond
    /// ``nodeLimit`` share a name.
    public var misroutedByOwner: [String: Int] {
        // A node may have the name that the others share.
        Dictionary(misrouted.map { (names[Int($0.key)], $0.value) }, uniquingKeysWith: +)
    }

    /// The latest judgements, the oldest first.
    public var latest: [Judgement] { recent.elements }

    private static let verdicts = Verdict.allCases
    private static let causes = StickyCause.allCases

    private mutating func place(_ name: String) -> UInt64 {
        if let place = places[name] {
            used[Int(place)] = now
            return place
        }
        guard names.count < Self.nodeLimit + 2 else { return 1 }
        let place = UInt64(names.count)
        names.append(name)
        used.append(now)
        places[name] = place
        return place
    }
}

// MARK: - Places

extension MisrouteTally {
    /// Frees places of nodes that had no refused request for long, the most idle first, but no more than half of all:
    /// nodes under ever new names would else fill them for ever. Their counts move to ``otherNode``.
    private mutating func giveUpIdlePlaces() {
        guard now >= noneIdleUntil else { return }
        let idle = (2..<names.count).filter { now - used[$0] > Self.idleSeconds }.sorted { used[$0] < used[$1] }
        guard !idle.isEmpty else {
            let oldest = used.dropFirst(2).min() ?? now
            noneIdleUntil = oldest + Self.idleSeconds
            return
        }
        let given = Set(idle.prefix(Self.nodeLimit / 2))
        let kept = (0..<names.count).filter { !given.contains($0) }
        var new: [UInt64] = Array(repeating: 1, count: names.count)
        for (number, place) in kept.enumerated() { new[place] = UInt64(number) }
        renumber(new, kept: kept)
    }

    /// Gives each place its new number; 1 for those that are given up.
    private mutating func renumber(_ new: [UInt64], kept: [Int]) {
        var (counts, moved): ([UInt64: Int], [UInt64: Int]) = ([:], [:])
        for (key, count) in self.counts {
            let (node, owner) = (Int(key >> 32), Int(key >> 8 & 0xFF_FFFF))
            let place = new[node] << 32 | new[owner] << 8 | key & 0xFF
            counts[place, default: 0] += count
            let isMoved = node > 1 && new[node] == 1 || owner > 1 && new[owner] == 1
            let part = isMoved ? count : self.moved[key] ?? 0
            if part > 0 { moved[place, default: 0] += part }
        }
        (self.counts, self.moved) = (counts, moved)
        // A reader compares these with earlier ones, and must not take a count that moved for a new one.
        misrouted = Dictionary(
            uniqueKeysWithValues: misrouted.filter { $0.key <= 1 || new[Int($0.key)] > 1 }.map {
                (new[Int($0.key)], $0.value)
            })
        (names, used) = (kept.map { names[$0] }, kept.map { used[$0] })
        let named = names.enumerated().filter { $0.offset != 1 }
        places = Dictionary(uniqueKeysWithValues: named.map { ($0.element, UInt64($0.offset)) })
    }
}

// MARK: - Snapshot

extension MisrouteTally {
    /// Refused requests of one kind.
    public struct Pair: Sendable, Hashable {
        /// The node that refused them, and the owner of their sessions. Empty if unknown.
        public var node: String
        public var owner: String
        public var verdict: Verdict
        public var count: Int
        /// The part of the count that stood under another name before, which has lost its place.
        public var moved = 0
    }

    public struct Client: Sendable, Hashable {
        public var name: String
        /// The number of refused requests, which is too high by `error` at most.
        public var count: Int
        public var error: Int
    }

    /// The tally at one moment.
    public struct Snapshot: Sendable, Equatable {
        /// The requests for sessions that are registered, or may be (``Verdict/unverified``), sorted by names.
        public var misroutes: [Pair] = []
        /// The requests for sessions that are not registered; they have no owner.
        public var unknownSessions: [Pair] = []
        public var causes: [StickyCause: Int] = [:]
        /// The clients, the one with the most requests first.
        public var clients: [Client] = []
        /// The judgements, the oldest first.
        public var recent: [Judgement] = []

        /// The nodes that were asked or owned a session, each perhaps several times.
        public var nodeNames: [String] { (misroutes + unknownSessions).flatMap { [$0.node, $0.owner] } }
    }

    public var snapshot: Snapshot {
        var snapshot = Snapshot()
        let pairs = counts.map { key, count in
            Pair(
                node: names[Int(key >> 32)], owner: names[Int(key >> 8 & 0xFF_FFFF)],
                verdict: Self.verdicts[Int(key & 0xFF)], count: count, moved: moved[key] ?? 0)
        }
        let sorted = pairs.sorted {
            ($0.node, $0.owner, $0.verdict.rawValue) < ($1.node, $1.owner, $1.verdict.rawValue)
        }
        snapshot.misroutes = sorted.filter { !$0.verdict.isUnknownSession }
        snapshot.unknownSessions = sorted.filter(\.verdict.isUnknownSession)
        for (place, cause) in Self.causes.enumerated() where causes[place] > 0 {
            snapshot.causes[cause] = causes[place]
        }
        snapshot.clients = clients.top.map { Client(name: $0.name, count: $0.count, error: $0.error) }
        snapshot.recent = latest
        return snapshot
    }
}
