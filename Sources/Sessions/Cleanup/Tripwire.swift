/// A sign that a session is in use although cleanup removed it. It is proof once the undo store confirms the removal.
public struct RemovalDoubt: Sendable, Hashable {
    public enum Sign: Sendable, Hashable {
        /// A node served it after it was removed, by the line's own time.
        case served(SessionRef)
        /// Its key was written again, and names the same node and boot.
        case registered(SessionRef, by: SessionOwner)
        /// The boot whose sessions were removed writes heartbeats again.
        case beating(SessionOwner)
    }

    public var sign: Sign
    /// The node that shows it, if it is known.
    public var node: String?
    /// The time of the sign, by Redis' clock.
    public var at: UnixTime
    /// The time of the removal.
    public var removedAt: UnixTime

    init(_ sign: Sign, node: String?, at: UnixTime, removedAt: UnixTime) {
        (self.sign, self.node, self.at, self.removedAt) = (sign, node, at, removedAt)
    }
}

extension RemovalDoubt {
    /// What happened, in one sentence without a full stop.
    public var sentence: String {
        let seconds = TimeText.duration(max((at - removedAt).rounded(), 0))
        func name(_ owner: SessionOwner) -> String {
            let boot = owner.boot.map { ", boot \(PrintableText.of($0.text))" } ?? ""
            return PrintableText.of(owner.node) + boot
        }
        switch sign {
        case .served(let ref):
            let place = node.map { " by \(PrintableText.of($0))" } ?? ""
            return "session \(ref) was served\(place) \(seconds) after its removal"
        case .registered(let ref, let owner):
            return "session \(ref) was registered again by \(name(owner)), \(seconds) after its removal"
        case .beating(let owner):
            return "\(name(owner)) writes heartbeats \(seconds) after sessions of it were removed"
        }
    }
}

/// What cleanup removed lately, and the signs that some of it is in use. A refused request is no such sign: after a
/// restart, clients come back to the same node and get 404.
struct Tripwire: Sendable {
    /// The owners that are remembered, and the doubts that may wait. Beyond that, the oldest owners are forgotten.
    static let ownerLimit = 10_000
    static let doubtLimit = 1_000

    /// When sessions of each owner were last removed. Only owners with a boot are here: another boot of a node says
    /// nothing about a former one.
    private(set) var removals: [SessionOwner: UnixTime] = [:]
    private var doubts: Set<RemovalDoubt> = []

    mutating func noteRemoval(of owner: SessionOwner, at time: UnixTime) {
        guard owner.boot != nil else { return }
        removals[owner] = max(removals[owner] ?? time, time)
        guard removals.count > Self.ownerLimit else { return }
        // A tenth at once, so that not every removal sorts them.
        for (old, _) in removals.sorted(by: { $0.value < $1.value }).prefix(Self.ownerLimit / 10) {
            removals[old] = nil
        }
    }

    mutating func forget(_ owner: SessionOwner) { removals[owner] = nil }

    mutating func add(_ doubt: RemovalDoubt) {
        if doubts.count < Self.doubtLimit { doubts.insert(doubt) }
    }

    mutating func takeDoubts() -> [RemovalDoubt] {
        guard !doubts.isEmpty else { return [] }
        defer { doubts = [] }
        return doubts.sorted { $0.at < $1.at }
    }
}
