import Redis
import Sessions

/// Session keys in the order in which they are read, with their bytes one after the other.
public struct SessionKeys {
    public struct Key {
        public let range: Range<Int>
        /// The offset in the key at which the id begins.
        let idStart: Int
        public let dialect: Int
    }

    public private(set) var keys: [Key] = []
    private(set) var bytes: [UInt8] = []

    public init() {}

    public var isEmpty: Bool { keys.isEmpty }
    public var count: Int { keys.count }

    public func bytes(of key: Key) -> ArraySlice<UInt8> { bytes[key.range] }

    public mutating func append(_ key: Span<UInt8>, idStart: Int, dialect: Int) {
        let start = bytes.count
        unsafe key.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        keys.append(Key(range: start..<bytes.count, idStart: idStart, dialect: dialect))
    }

    public mutating func append(_ other: SessionKeys) {
        for key in other.keys {
            append(other.bytes.span.extracting(key.range), idStart: key.idStart, dialect: key.dialect)
        }
    }

    public mutating func removeAll() {
        keys.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }
}

/// Sorts the keys of one full scan, and counts those that are not sessions. `SCAN` may return a key more than once. The
/// registry counts each session once anyway, and skipped keys are remembered by hash, up to a limit.
public struct KeySorter {
    /// The most skipped keys that are remembered so that none counts twice. Beyond it a repeated key may count again.
    static let skippedLimit = 1 << 18

    private let keySpace: KeySpace
    private let maxIDLength: Int
    private var skipped: Set<Int> = []
    private(set) var totals = FullScanTotals()
    /// The nodes whose heartbeat keys were found.
    public private(set) var nodes: Set<String> = []

    public init(keySpace: KeySpace, maxIDLength: Int) {
        self.keySpace = keySpace
        self.maxIDLength = maxIDLength
    }

    public mutating func sort(_ key: Span<UInt8>, into sessions: inout SessionKeys) {
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

    public mutating func skip(_ key: Span<UInt8>, _ reason: SkippedKey) {
        guard skipped.count < Self.skippedLimit else {
            totals.skipped[reason, default: 0] += 1
            return
        }
        var hasher = Hasher()
        for index in key.indices { hasher.combine(key[index]) }
        if skipped.insert(hasher.finalize()).inserted { totals.skipped[reason, default: 0] += 1 }
    }
}
