import Digests
import Redis
import Sessions

/// The session keys of one SCAN reply, sorted out by name, and what else was seen under the prefixes.
struct ScannedKeys {
    struct Key {
        var id: SessionID
        var ref: SessionRef
        var dialect: Int
        /// Where the whole key stands in ``bytes``.
        var range: Range<Int>
    }

    private(set) var keys: [Key] = []
    private(set) var bytes: [UInt8] = []
    /// Where to scan on; 0 at the end.
    private(set) var cursor: [UInt8] = []

    var isLast: Bool { cursor == [UInt8(ascii: "0")] }

    func key(_ key: Key) -> ArraySlice<UInt8> { bytes[key.range] }

    mutating func take(cursor: Span<UInt8>) {
        self.cursor = Array(copying: cursor)
    }

    mutating func append(_ key: Span<UInt8>, id: SessionID, ref: SessionRef, dialect: Int) {
        let start = bytes.count
        unsafe key.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        keys.append(Key(id: id, ref: ref, dialect: dialect, range: start..<bytes.count))
    }
}

/// Sorts the keys of one reading, and counts what is no session. A SCAN may return a key more than once: the registry
/// counts a session once by itself, and skipped keys are remembered by hash, up to a limit.
final class KeySorter {
    /// Skipped keys remembered, so that none counts twice; beyond it a repeated one may.
    static let skippedLimit = 1 << 18

    private let keySpace: KeySpace
    private let maxIDLength: Int
    private let digest = SHA256()
    private var skipped: Set<Int> = []
    private(set) var totals = ReadingTotals()
    /// Nodes whose heartbeat keys were met.
    private(set) var nodes: Set<String> = []

    init(keySpace: KeySpace, maxIDLength: Int) {
        self.keySpace = keySpace
        self.maxIDLength = maxIDLength
    }

    func sort(_ key: Span<UInt8>, into scanned: inout ScannedKeys) {
        switch keySpace.kind(of: key) {
        case .session(let dialect, let idStart):
            let text = key.extracting(idStart..<key.count)
            do throws(SessionID.Illegal) {
                let id = try SessionID(text, maxLength: maxIDLength)
                scanned.append(key, id: id, ref: SessionRef(digest.prefix64(text)), dialect: dialect)
            } catch {
                skip(key, error == .length ? .idLength : .idCharset)
            }
        case .node(_, let nameStart):
            let name = key.extracting(nameStart..<key.count)
            if name.count <= RecordLimits.textBytes {
                nodes.insert(String(decoding: Array(copying: name), as: UTF8.self))
            }
        case .deniedSuffix: skip(key, .suffix)
        case .nodesCollection, .foreign: break
        }
    }

    func skip(_ key: Span<UInt8>, _ reason: SkippedKey) {
        guard skipped.count < Self.skippedLimit else {
            totals.skipped[reason, default: 0] += 1
            return
        }
        var hasher = Hasher()
        for index in key.indices { hasher.combine(key[index]) }
        if skipped.insert(hasher.finalize()).inserted { totals.skipped[reason, default: 0] += 1 }
    }
}
