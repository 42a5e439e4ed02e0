import Redis
import Sessions

/// What tracking has told since it was last asked: the sessions whose keys changed, each once, and whatever else.
struct ChangedKeys {
    /// Keys that may wait to be read again; with more it is cheaper to read everything.
    static let limit = 1 << 18

    private let keySpace: KeySpace
    private let maxIDLength: Int
    private let canary: [UInt8]
    private(set) var sessions = SessionKeys()
    /// By hash, so that a key that changes a thousand times waits once.
    private var waiting: Set<Int> = []
    /// Keys told, repeated ones included.
    private(set) var told = 0
    /// A heartbeat changed.
    private(set) var heartbeats = false
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

    var isOverfull: Bool { sessions.count > Self.limit }

    mutating func add(_ key: Span<UInt8>) {
        told += 1
        switch keySpace.kind(of: key) {
        case .session(let dialect, let idStart): add(session: key, idStart: idStart, dialect: dialect)
        case .owner(let dialect, let idStart):
            let session = keySpace.sessionKey(ofOwner: key, dialect: dialect, idStart: idStart)
            if case .session(let dialect, let idStart) = keySpace.kind(of: session.span) {
                add(session: session.span, idStart: idStart, dialect: dialect)
            }
        case .node, .nodesCollection: heartbeats = true
        case .deniedSuffix: break
        case .foreign: if equal(key, canary) { sawCanary = true }
        }
    }

    mutating func add(session key: Span<UInt8>, idStart: Int, dialect: Int) {
        guard (1...maxIDLength).contains(key.count - idStart), !isOverfull else { return }
        var hasher = Hasher()
        unsafe key.withUnsafeBufferPointer { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        if waiting.insert(hasher.finalize()).inserted { sessions.append(key, idStart: idStart, dialect: dialect) }
    }

    mutating func noteFlush() {
        sawFlush = true
    }

    mutating func notePong() {
        sawPong = true
    }

    /// Hands over the keys that wait. One that changes from now on is told again.
    mutating func takeSessions() -> SessionKeys {
        var taken = SessionKeys()
        swap(&taken, &sessions)
        waiting.removeAll(keepingCapacity: true)
        return taken
    }

    /// Hands over the signs besides the sessions.
    mutating func takeSigns() -> (told: Int, heartbeats: Bool, canary: Bool, pong: Bool, flush: Bool) {
        defer { (told, heartbeats, sawCanary, sawPong, sawFlush) = (0, false, false, false, false) }
        return (told, heartbeats, sawCanary, sawPong, sawFlush)
    }

    private func equal(_ key: Span<UInt8>, _ bytes: [UInt8]) -> Bool {
        guard key.count == bytes.count else { return false }
        for index in bytes.indices where key[index] != bytes[index] { return false }
        return true
    }
}
