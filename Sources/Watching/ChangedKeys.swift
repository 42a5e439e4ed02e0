import Digests
import Redis
import Sessions

/// The news from tracking: sessions whose keys changed, each queued once, and other signs since they were last taken.
public struct ChangedKeys {
    /// The most keys that may wait to be read. With more, a full scan is cheaper.
    static let limit = 1 << 18
    /// The most nodes noted between two checks of the heartbeats. A full scan finds the others.
    static let nodeLimit = 1024

    private let keySpace: KeySpace
    private let maxIDLength: Int
    private let canary: [UInt8]
    private let digest = SHA256()
    private var queue = SessionKeys()
    private var refs: [SessionRef] = []
    /// The position of the first queued key that has not been handed over.
    private var head = 0
    /// The number of keys ever queued, and ever handed over. A session that is queued already is not counted again.
    private(set) var queued = 0
    private(set) var handedOver = 0
    /// The queued sessions: one that changes a thousand times is read once.
    private var waiting: Set<SessionRef> = []
    /// The sessions handed over by the last two calls, whose answers may still be under way.
    private var asked: (last: Set<SessionRef>, before: Set<SessionRef>) = ([], [])
    /// The number of invalidations, repeated ones included.
    private(set) var told = 0
    /// Nodes whose heartbeats were written; the empty name stands for a collection.
    private(set) var nodes: Set<String> = []
    /// Our own canary came back.
    private(set) var sawCanary = false
    private(set) var sawPong = false
    /// A database was emptied.
    private(set) var sawFlush = false

    init(keySpace: KeySpace, maxIDLength: Int, canary: String) {
        self.keySpace = keySpace
        self.maxIDLength = maxIDLength
        self.canary = Array(canary.utf8)
    }

    var backlog: ShardSchedule.Backlog {
        ShardSchedule.Backlog(pending: waiting.count, queued: queued, handedOver: handedOver)
    }
    var isOverfull: Bool { waiting.count > Self.limit }

    /// True if a change of that session has been told, and may not have been read yet.
    func isPending(_ ref: SessionRef) -> Bool {
        waiting.contains(ref) || asked.last.contains(ref) || asked.before.contains(ref)
    }

    mutating func add(_ key: Span<UInt8>) {
        told += 1
        switch keySpace.kind(of: key) {
        case .session(let dialect, let idStart): add(session: key, idStart: idStart, dialect: dialect)
        case .owner(let dialect, let idStart):
            let session = keySpace.sessionKey(ofOwner: key, dialect: dialect, idStart: idStart)
            if case .session(let dialect, let idStart) = keySpace.kind(of: session.span) {
                add(session: session.span, idStart: idStart, dialect: dialect)
            }
        case .node(_, let nameStart) where key.count - nameStart <= RecordLimits.textBytes:
            if nodes.count < Self.nodeLimit {
                nodes.insert(String(decoding: Array(copying: key.extracting(nameStart..<key.count)), as: UTF8.self))
            }
        case .node: break
        case .nodesCollection: nodes.insert("")
        case .deniedSuffix: break
        case .foreign: if equal(key, canary) { sawCanary = true }
        }
    }

    mutating func add(session key: Span<UInt8>, idStart: Int, dialect: Int) {
        guard (1...maxIDLength).contains(key.count - idStart), !isOverfull else { return }
        let ref = SessionRef(digest.prefix64(key.extracting(idStart..<key.count)))
        guard waiting.insert(ref).inserted else { return }
        queue.append(key, idStart: idStart, dialect: dialect)
        refs.append(ref)
        queued += 1
    }

    mutating func noteFlush() {
        sawFlush = true
    }

    mutating func notePong() {
        sawPong = true
    }

    /// Hands over queued keys, the oldest first. A key that changes from now on is told again.
    mutating func take(atMost limit: Int) -> SessionKeys {
        var taken = SessionKeys()
        asked = ([], asked.last)
        let end = min(head + limit, queue.count)
        for place in head..<end {
            let key = queue.keys[place]
            taken.append(queue.bytes.span.extracting(key.range), idStart: key.idStart, dialect: key.dialect)
            waiting.remove(refs[place])
            asked.last.insert(refs[place])
        }
        handedOver += end - head
        head = end
        if head == queue.count { forgetQueue() }
        return taken
    }

    /// Drops all queued keys, since everything will be read anyway.
    mutating func removeAll() {
        waiting.removeAll()
        handedOver = queued
        forgetQueue()
    }

    private mutating func forgetQueue() {
        queue.removeAll()
        refs.removeAll(keepingCapacity: true)
        head = 0
    }

    /// Hands over the news besides the sessions.
    mutating func takeNews() -> (told: Int, nodes: Set<String>, canary: Bool, pong: Bool, flush: Bool) {
        defer { (told, nodes, sawCanary, sawPong, sawFlush) = (0, [], false, false, false) }
        return (told, nodes, sawCanary, sawPong, sawFlush)
    }

    private func equal(_ key: Span<UInt8>, _ bytes: [UInt8]) -> Bool {
        guard key.count == bytes.count else { return false }
        for index in bytes.indices where key[index] != bytes[index] { return false }
        return true
    }
}
