/// The picture of the cluster: every registered session joined with the node that owns it.
///
/// Pure: no I/O, no clock (`now` is an argument, Redis' time), no thread. A session's state is derived from its owner,
/// and counts are kept by owner, so that a node's death costs by the number of owners and not of sessions.
public struct Registry: Sendable {
    public let policy: NodePolicy
    /// Most distinct client names that are told apart; the rest share "other".
    static let clientLimit = 4096

    var table: SessionTable
    var nodes: [Node] = []
    var nodeIndex: [String: Int] = [:]
    /// The first owner is nobody: unowned and malformed sessions point to it.
    var owners: [Owner] = [Owner(node: -1, boot: nil, isAdoptable: false, metAfterLook: 0)]
    var ownerIndex: [OwnerKey: UInt32] = [:]
    var clients: [String] = ["", "other"]
    var clientIndex: [[UInt8]: UInt16] = [:]
    var malformedSessions: [Malformation: Int] = [:]
    var sessionsWithoutExpiry = 0

    /// The servers that it is read from.
    var shards = [Shard()]
    /// Redis could not be asked for the heartbeats; cleared by the next look.
    var isPulseMissing = false
    var areSlotsMissing = false
    /// What log lines told, and what was made of it.
    var failures = FailureMemory()
    /// Who has sessions that are not read yet: a line that tells of a new session is often faster than its key.
    var foreseen = OwnerSightings()
    /// What was seen later than the last beat that was known: the next one shows which process of its node it was.
    var unproven = OwnerSightings()
    var addresses = NodeAddresses()
    /// What cleanup may remove by.
    public internal(set) var evidence: OwnerEvidence
    /// Places in the configuration of the dialects whose nodes have heartbeats; empty where they need not be told apart.
    public var heartbeatDialects: Set<Int> = []
    /// When the first whole picture was there: of what ended before, nothing is remembered.
    var memorySince: UnixTime?
    /// Which sticky cookies there may be.
    public var stickyRules = StickyRules() { didSet { updateAddresses() } }
    /// Numbers the looks at the heartbeats as they begin.
    var looksBegun = 0
    /// The last of them that was taken.
    var lookTaken = 0
    /// When heartbeats were last read, by Redis' clock and on the one that never jumps.
    public internal(set) var lastPulse: UnixTime?
    var lastPulseSeconds: Double?
    public internal(set) var ownerChanges = 0
    /// Sessions that a reading found to differ from what changes had told of them.
    public internal(set) var drift = 0
    var createdUnowned = 0
    var endedUnowned: [Ending: Int] = [:]
    var ended = EndedMemory()
    var sharedEnds = SharedEnds()
    var cleaning = CleaningMemory()
    /// Counts up when owners are renumbered, which makes ``RecordNames/known`` void.
    var numbering = 0
    /// Keys that Redis says it evicted since the last look: that many sessions that are gone without a reason may be
    /// among them.
    public var evictions = 0

    struct OwnerKey: Hashable {
        var name: OwnerName
        var isAdoptable: Bool
        /// As ``Owner/learntLife``.
        var learntLife: Int?
    }

    /// `shelfBits`: into how many parts, as a power of two, the sessions are divided; fewer where there are few of them.
    public init(policy: NodePolicy, shelfBits: Int = 16) {
        self.policy = policy
        evidence = OwnerEvidence(policy.rules)
        table = SessionTable(shelfBits: shelfBits)
    }

    public var sessionCount: Int { table.count }

    /// Nodes that beat, or that sessions name.
    public var nodeCount: Int { nodes.count }

    /// How far the picture as a whole can be trusted: as far as its worst part.
    public var picture: PictureState {
        var whole = shards[0].picture
        for shard in shards.dropFirst() {
            whole.asOf = whole.asOf.flatMap { asOf in shard.picture.asOf.map { min(asOf, $0) } }
            whole.gap = whole.gap ?? shard.picture.gap
        }
        if areSlotsMissing, whole.asOf != nil { whole.gap = whole.gap ?? .slotsMissing }
        if isPulseMissing, whole.asOf != nil { whole.gap = whole.gap ?? .connectionLost }
        return whole
    }

    /// What the last complete readings found, of all shards.
    public var lastReading: ReadingTotals {
        shards.reduce(into: ReadingTotals()) { $0.add($1.lastReading) }
    }
}

extension Registry: CustomStringConvertible, CustomReflectable {
    public var description: String { "Registry(\(sessionCount) sessions)" }
    /// Ids are credentials: no dump shows them.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

// MARK: - Names

extension Registry {
    mutating func node(named name: String, at now: UnixTime) -> Int {
        if let index = nodeIndex[name] { return index }
        nodeIndex[name] = nodes.count
        nodes.append(Node(name: name, firstSeen: now))
        return nodes.count - 1
    }

    /// The place of an owner; `learntLife` as ``Owner/learntLife``.
    mutating func owner(
        _ name: OwnerName, isAdoptable: Bool, learntLife: Int? = nil, at now: UnixTime
    ) -> UInt32 {
        let key = OwnerKey(name: name, isAdoptable: isAdoptable, learntLife: learntLife)
        if let index = ownerIndex[key] { return index }
        let node = node(named: String(decoding: name.node, as: UTF8.self), at: now)
        let boot = name.boot.map { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            return policy.rules.contains(.canonicalBoots) ? Boot(text) : Boot(verbatim: text)
        }
        var owner = Owner(
            node: node, boot: boot, isAdoptable: isAdoptable, learntLife: learntLife, metAfterLook: looksBegun)
        if case .decidedByAge(let cutoff, _) = owner.fate(node: nodes[node], policy: policy) {
            owner.cutoff = cutoff
        }
        let index = UInt32(owners.count)
        owners.append(owner)
        ownerIndex[key] = index
        return index
    }

    mutating func client(_ name: [UInt8]) -> UInt16 {
        if name.isEmpty { return 0 }
        if let index = clientIndex[name] { return index }
        guard clients.count < Self.clientLimit else { return 1 }
        let index = UInt16(clients.count)
        clients.append(String(decoding: name, as: UTF8.self))
        clientIndex[name] = index
        return index
    }

    /// Gives the names that are new a place here.
    mutating func learn(_ names: inout RecordNames, at now: UnixTime) {
        if names.known.numbering != numbering { names.known = RecordNames.Known(numbering: numbering, owners: [0]) }
        for place in names.known.owners.count..<names.owners.count {
            let owner = names.owners[place]
            names.known.owners.append(self.owner(owner.name, isAdoptable: owner.isAdoptable, at: now))
        }
        for place in names.known.clients.count..<names.clients.count {
            names.known.clients.append(client(names.clients[place]))
        }
    }
}

// MARK: - State

extension Registry {
    /// What became of each owner, by its position: judged once, then used for as many sessions as there are.
    func fates(at now: UnixTime) -> [Fate] {
        owners.map { $0.node < 0 ? .serves : $0.fate(node: nodes[$0.node], policy: policy) }
    }

    func state(of entry: SessionEntry, fates: [Fate]) -> SessionState {
        if let malformation = entry.malformation { return .malformed(malformation) }
        if entry.owner == 0 { return .unowned(.noOwner) }
        return fates[Int(entry.owner)].state(created: entry.created, isDenied: entry.isDenied)
    }
}
