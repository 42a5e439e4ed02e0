import Digests
import Redis
import Sessions

/// Reads session records from one server, and takes the answers apart in place.
///
/// Three commands read a record: its value (`MGET`, which answers nil for anything but a string; in a cluster `GET`, since
/// the keys' slots differ), its owner's key where the dialect has one, and its time to live (`PTTL`). The next pipeline reads
/// keys without a string as hashes (`HMGET`, `TYPE`).
struct SessionReader: ~Copyable {
    /// The contents of one pipeline, in the order of its answers.
    struct Request {
        /// The cursor of a `SCAN`, and its `COUNT`.
        var scan: (cursor: [UInt8], count: Int)?
        var keys = SessionKeys()
        /// The number of keys that were scanned. The keys behind them changed.
        var scanned = 0
        var hashes: [HashKey] = []

        var isEmpty: Bool { scan == nil && keys.isEmpty && hashes.isEmpty }
    }

    /// A session key that holds no string, with the time to live that was read beside it.
    struct HashKey {
        var key: [UInt8]
        var idStart: Int
        var dialect: Int
        var isChange: Bool
        var expiresAt: UnixTime?
        /// The owner, read from its own key.
        var owner: ObservedSession.Content?
    }

    /// The sessions in the answers to one pipeline.
    struct Found {
        var scanned: [ObservedSession] = []
        var changed: [ObservedSession] = []
        /// Keys under the session prefix that are not sessions.
        var skipped: [(key: [UInt8], reason: SkippedKey)] = []
        /// Scanned keys whose type changed while they were read.
        var again = SessionKeys()
        /// Keys that have moved to another server of the cluster.
        var strays: [(key: [UInt8], isChange: Bool)] = []

        var isEmpty: Bool { scanned.isEmpty && changed.isEmpty }
    }

    var connection: RedisConnection
    let keySpace: KeySpace
    let maxIDLength: Int
    /// Reads each key by itself, and no more bytes than a record may have. Set after an answer was too large.
    let isCareful: Bool
    let readers: [SessionValueReader]
    var names = RecordNames(seed: .random(in: 0 ... .max))
    /// Keys that the next request reads as hashes.
    var waitingHashes: [HashKey] = []
    let clock: RedisClock
    let digest = SHA256()
    var pipeline = RedisPipeline()

    init(
        _ connection: consuming RedisConnection, keySpace: KeySpace, maxIDLength: Int, clock: RedisClock,
        isCareful: Bool = false
    ) {
        self.connection = connection
        self.keySpace = keySpace
        self.maxIDLength = maxIDLength
        self.clock = clock
        self.isCareful = isCareful
        readers = keySpace.dialects.map(SessionValueReader.init)
    }

    mutating func takeWaitingHashes() -> [HashKey] {
        defer { waitingHashes = [] }
        return waitingHashes
    }
}
