import Digests
import Redis
import Sessions

/// What tracking has told since it was last asked: the sessions whose keys changed, each once, and whatever else.
public struct ChangedKeys {
    /// Keys that may wait to be read again; with more it is cheaper to read everything.
    static let limit = 1 << 18
    /// Nodes noted between two looks at the heartbeats; a reading finds the rest.
    static let nodeLimit = 1024

    private let keySpace: KeySpace
    private let maxIDLength: Int
    private let canary: [UInt8]
    private let digest = SHA256()
    private var queue = SessionKeys()
    private var refs: [SessionRef] = []
    /// How many of the queue have been handed over.
    private var head = 0
    /// All that were ever told and handed over, each change of a waiting session counted once.
    private(set) var queued = 0
    private(set) var handedOver = 0
    /// A session that changes a thousand times waits once.
    private var waiting: Set<SessionRef> = []
    /// Handed over by the last two calls: their answers may still be under way.
    private var asked: (last: Set<SessionRef>, before: Set<SessionRef>) = ([], [])
    /// Keys told, repeated ones included.
    private(set) var told = 0
    /// Nodes whose heartbeats changed; a collection counts as one without a name.
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

    /// Whether a change of that session has been told and may not be read yet.
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

    /// Hands over keys that wait, the longest waiting first. One that changes from now on is told again.
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

    /// Forgets all keys that wait: everything is to be read anyway.
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
