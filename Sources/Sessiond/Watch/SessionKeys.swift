import Redis
import Sessions

/// Session keys in the order in which they are asked for, their bytes one after the other.
struct SessionKeys {
    struct Key {
        let range: Range<Int>
        /// Where in the key the id begins.
        let idStart: Int
        let dialect: Int
    }

    private(set) var keys: [Key] = []
    private(set) var bytes: [UInt8] = []

    var isEmpty: Bool { keys.isEmpty }
    var count: Int { keys.count }

    func bytes(of key: Key) -> ArraySlice<UInt8> { bytes[key.range] }

    mutating func append(_ key: Span<UInt8>, idStart: Int, dialect: Int) {
        let start = bytes.count
        unsafe key.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        keys.append(Key(range: start..<bytes.count, idStart: idStart, dialect: dialect))
    }

    mutating func append(_ other: SessionKeys) {
        for key in other.keys {
            append(other.bytes.span.extracting(key.range), idStart: key.idStart, dialect: key.dialect)
        }
    }

    mutating func removeAll() {
        keys.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }
}

/// Sorts the keys of one reading, and counts what is no session. A SCAN may return a key more than once: the registry
/// counts a session once by itself, and skipped keys are remembered by hash, up to a limit.
struct KeySorter {
    /// Skipped keys remembered, so that none counts twice; beyond it a repeated one may.
    static let skippedLimit = 1 << 18

    private let keySpace: KeySpace
    private let maxIDLength: Int
    private var skipped: Set<Int> = []
    private(set) var totals = ReadingTotals()
    /// Nodes whose heartbeat keys were met.
    private(set) var nodes: Set<String> = []

    init(keySpace: KeySpace, maxIDLength: Int) {
        self.keySpace = keySpace
        self.maxIDLength = maxIDLength
    }

    mutating func sort(_ key: Span<UInt8>, into sessions: inout SessionKeys) {
        switch keySpace.kind(of: key) {
        case .session(let dialect, let idStart):
            if (1...maxIDLength).contains(key.count - idStart) {
                sessions.append(key, idStart: idStart, dialect: dialect)
            } else {
                skip(key, .idLength)
            }
        case .node(_, let nameStart):
            let name = key.extracting(nameStart..<key.count)
            if name.count <= RecordLimits.textBytes {
                nodes.insert(String(decoding: Array(copying: name), as: UTF8.self))
            }
        case .deniedSuffix: skip(key, .suffix)
        case .owner, .nodesCollection, .foreign: break
        }
    }

    mutating func skip(_ key: Span<UInt8>, _ reason: SkippedKey) {
        guard skipped.count < Self.skippedLimit else {
            totals.skipped[reason, default: 0] += 1
            return
        }
        var hasher = Hasher()
        for index in key.indices { hasher.combine(key[index]) }
        if skipped.insert(hasher.finalize()).inserted { totals.skipped[reason, default: 0] += 1 }
    }
}
