import Digests
import Redis
import Sessions

/// Asks one server for session records, and reads its answers in place.
///
/// A record is asked for by three commands: its value (`MGET`, which answers nil for anything but a string; in a cluster
/// `GET`, since the keys' slots differ), its owner's key where the dialect has one, and its time to live (`PTTL`). Keys
/// without a string are asked for as hashes (`HMGET`, `TYPE`) with the pipeline after.
struct SessionReader: ~Copyable {
    /// What one pipeline asks for, in the order of its answers.
    struct Request {
        /// Where to scan on, and for about how many names.
        var scan: (cursor: [UInt8], count: Int)?
        var keys = SessionKeys()
        /// How many of the keys were scanned; those behind them changed.
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
        /// From the owner's own key.
        var owner: ObservedSession.Content?
    }

    /// What was found.
    struct Found {
        var scanned: [ObservedSession] = []
        var changed: [ObservedSession] = []
        /// Keys under the session prefix that turned out to be no sessions.
        var skipped: [(key: [UInt8], reason: SkippedKey)] = []
        /// Scanned keys whose type changed while they were asked for.
        var again = SessionKeys()
        /// Keys that are on another server of the cluster by now.
        var strays: [(key: [UInt8], isChange: Bool)] = []

        var isEmpty: Bool { scanned.isEmpty && changed.isEmpty }
    }

    var connection: RedisConnection
    let keySpace: KeySpace
    let maxIDLength: Int
    /// Reads at most the bytes that a record may have, key by key: after an answer was too large to take.
    let isCareful: Bool
    let readers: [SessionValueReader]
    var names = RecordNames(seed: .random(in: 0 ... .max))
    /// Keys to be asked for as hashes by the next request.
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
