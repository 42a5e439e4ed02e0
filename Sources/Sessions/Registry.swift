/// The picture of the cluster: every registered session joined with the node that owns it.
///
/// Pure: no I/O, no clock (`now` is an argument, Redis' time), no thread. A session's state is derived from its owner, and
/// counts are kept by owner, so that a node's death costs by the number of owners and not of sessions.
public struct Registry: Sendable {
    public let policy: NodePolicy
    /// Most distinct client names that are told apart; the rest share "other".
    static let clientLimit = 4096

    var table = SessionTable()
    var nodes: [Node] = []
    var nodeIndex: [String: Int] = [:]
    /// The first owner is nobody: unowned and malformed sessions point to it.
    var owners: [Owner] = [Owner(node: -1, boot: nil, isAdoptable: false)]
    var ownerIndex: [OwnerKey: UInt32] = [:]
    var clients: [String] = ["", "other"]
    var clientIndex: [RecordText: UInt16] = [:]
    var malformedSessions: [Malformation: Int] = [:]
    var sessionsWithoutExpiry = 0

    /// The reading in progress, if there is one.
    var reading: ReadingInProgress?
    public internal(set) var picture = PictureState()
    public internal(set) var lastReading = ReadingTotals()
    /// When heartbeats were last read.
    public internal(set) var lastPulse: UnixTime?
    public internal(set) var ownerChanges = 0
    /// Numbers the readings; what a complete one did not see is gone.
    var readingNumber: UInt16 = 0
    var createdUnowned = 0
    var endedUnowned: [Ending: Int] = [:]

    struct OwnerKey: Hashable {
        var name: OwnerName
        var isAdoptable: Bool
    }

    public init(policy: NodePolicy) {
        self.policy = policy
    }

    public var sessionCount: Int { table.count }
}

/// How far the picture can be trusted.
public struct PictureState: Sendable, Equatable {
    /// When the last complete reading was finished; nil before the first.
    public var asOf: UnixTime?
    /// Why the picture is not whole now; nil where it is.
    public var gap: Gap?

    public enum Gap: String, Sendable {
        case firstReading = "first_reading"
        case connectionLost = "connection_lost"
        case readingFailed = "reading_failed"
    }

    public var isComplete: Bool { asOf != nil && gap == nil }

    public init() {
        gap = .firstReading
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

    mutating func owner(_ name: OwnerName, isAdoptable: Bool, at now: UnixTime) -> UInt32 {
        let key = OwnerKey(name: name, isAdoptable: isAdoptable)
        if let index = ownerIndex[key] { return index }
        let node = node(named: String(decoding: name.node, as: UTF8.self), at: now)
        let boot = name.boot.map { String(decoding: $0, as: UTF8.self) }
        var owner = Owner(node: node, boot: boot, isAdoptable: isAdoptable)
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
        if let index = clientIndex[RecordText(bytes: name)] { return index }
        guard clients.count < Self.clientLimit else { return 1 }
        let index = UInt16(clients.count)
        clients.append(String(decoding: name, as: UTF8.self))
        clientIndex[RecordText(bytes: name)] = index
        return index
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
        return entry.owner == 0 ? .unowned(.noOwner) : fates[Int(entry.owner)].state(created: entry.created)
    }
}
