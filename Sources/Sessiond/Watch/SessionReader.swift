import Digests
import Redis
import Sessions

/// Asks one server for session records, and reads its answers in place.
///
/// A record is asked for by three commands: its value (`MGET`, which answers nil for anything but a string; in a cluster
/// `GET`, since the keys' slots differ), its owner's key where the dialect has one, and its time to live (`PTTL`). Keys
/// without a string are asked for as hashes (`HMGET`) with the pipeline after; a WRONGTYPE there says that they are neither.
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
        /// Keys that are on another server of the cluster by now.
        var strays: [(key: [UInt8], isChange: Bool)] = []

        var isEmpty: Bool { scanned.isEmpty && changed.isEmpty }
    }

    var connection: RedisConnection
    let keySpace: KeySpace
    let maxIDLength: Int
    /// Whether values are asked for key by key.
    let isCluster: Bool
    /// Reads at most the bytes that a record may have, key by key: after an answer was too large to take.
    let isCareful: Bool
    let readers: [SessionValueReader]
    var names = RecordNames()
    /// Keys to be asked for as hashes by the next request.
    private(set) var waitingHashes: [HashKey] = []
    private let clock: RedisClock
    private let digest = SHA256()
    private var pipeline = RedisPipeline()

    init(
        _ connection: consuming RedisConnection, keySpace: KeySpace, maxIDLength: Int, clock: RedisClock,
        isCluster: Bool = false, isCareful: Bool = false
    ) {
        self.connection = connection
        self.keySpace = keySpace
        self.maxIDLength = maxIDLength
        self.clock = clock
        self.isCluster = isCluster
        self.isCareful = isCareful
        readers = keySpace.dialects.map(SessionValueReader.init)
    }

    mutating func takeWaitingHashes() -> [HashKey] {
        defer { waitingHashes = [] }
        return waitingHashes
    }
}

// MARK: - Asking

extension SessionReader {
    private static let pttl = Array("*2\r\n$4\r\nPTTL\r\n".utf8)
    private static let get = Array("*2\r\n$3\r\nGET\r\n".utf8)

    /// Writes one pipeline.
    mutating func send(_ request: Request) throws(RedisError) {
        pipeline.removeAll()
        if let scan = request.scan {
            pipeline.begin(wordCount: 6)
            pipeline.word("SCAN")
            pipeline.word(scan.cursor[...])
            pipeline.word("MATCH")
            pipeline.word(keySpace.scanPattern)
            pipeline.word("COUNT")
            pipeline.word(String(scan.count))
        }
        appendValues(of: request.keys)
        appendOwners(of: request.keys)
        for key in request.keys.keys { pipeline.append(rendered: Self.pttl, request.keys.bytes(of: key)) }
        for hash in request.hashes {
            let names = readers[hash.dialect].fields.names
            pipeline.begin(wordCount: 2 + names.count)
            pipeline.word("HMGET")
            pipeline.word(hash.key[...])
            for name in names { pipeline.word(name) }
            // A key that is gone and a hash without these fields give the same nils.
            pipeline.begin(wordCount: 2)
            pipeline.word("EXISTS")
            pipeline.word(hash.key[...])
        }
        if pipeline.commandCount > 0 { try connection.send(pipeline) }
    }

    private mutating func appendValues(of keys: SessionKeys) {
        let valued = keys.keys.lazy.filter { [readers = keySpace.dialects] in readers[$0.dialect].values == .fields }
        if isCareful {
            for key in valued {
                pipeline.begin(wordCount: 4)
                pipeline.word("GETRANGE")
                pipeline.word(keys.bytes(of: key))
                pipeline.word("0")
                pipeline.word(String(RecordLimits.valueBytes))
            }
        } else if isCluster {
            for key in valued { pipeline.append(rendered: Self.get, keys.bytes(of: key)) }
        } else if !valued.isEmpty {
            pipeline.begin(wordCount: 1 + valued.count)
            pipeline.word("MGET")
            for key in valued { pipeline.word(keys.bytes(of: key)) }
        }
    }

    private mutating func appendOwners(of keys: SessionKeys) {
        let owned = keys.keys.filter { keySpace.ownerDialect(of: $0.dialect) != nil }
        guard !owned.isEmpty else { return }
        pipeline.begin(wordCount: 1 + owned.count)
        pipeline.word("MGET")
        for key in owned {
            guard let owners = keySpace.ownerDialect(of: key.dialect).flatMap({ keySpace.dialects[$0].owners }) else {
                continue
            }
            pipeline.word(
                (Array(owners.prefix.utf8) + keys.bytes[key.range.lowerBound + key.idStart..<key.range.upperBound])[...]
            )
        }
    }
}

// MARK: - Taking the answers

extension SessionReader {
    /// Takes the answer to `SCAN`: the names go to `keys`. Gives where to scan on, nil at the end.
    mutating func receiveScan(_ sorter: inout KeySorter, into keys: inout SessionKeys) throws(RedisError) -> [UInt8]? {
        var refusal: RedisError?
        var cursor: [UInt8] = []
        let endpoint = connection.endpoint
        try connection.receive { element, bytes in
            switch (element.kind, element.depth) {
            case (.string, 2): sorter.sort(bytes, into: &keys)
            case (.string, 1): cursor = Array(copying: bytes)
            case (.error, _): refusal = .refusal(bytes, from: endpoint)
            default: break
            }
        }
        if let refusal { throw refusal }
        guard !cursor.isEmpty else { throw .badReply(endpoint, reason: "SCAN gave no cursor") }
        return cursor == [UInt8(ascii: "0")] ? nil : cursor
    }

    /// Takes all other answers to a request.
    mutating func receiveSessions(_ request: Request) throws(RedisError) -> Found {
        if names.isFull { names = RecordNames() }
        var found = Found()
        let values = try receiveValues(request.keys)
        let owners = try receiveOwners(request.keys)
        let lives = try receiveTimesToLive(request.keys)
        found.scanned.reserveCapacity(request.scanned + request.hashes.count)
        let bytes = request.keys.bytes.span
        for (position, key) in request.keys.keys.enumerated() {
            let isChange = position >= request.scanned
            let (value, life) = (values[position], lives[position])
            if value == .elsewhere || life == .elsewhere {
                found.strays.append((Array(request.keys.bytes(of: key)), isChange))
                continue
            }
            var content: ObservedSession.Content
            switch (life, value) {
            case (.gone, _):
                guard isChange else { continue }
                content = .gone
            case (_, .content(let held)): content = held
            default:
                waitingHashes.append(
                    HashKey(
                        key: Array(request.keys.bytes(of: key)), idStart: key.idStart, dialect: key.dialect,
                        isChange: isChange, expiresAt: life.end, owner: owners[position]))
                continue
            }
            if case .value(let held) = content, held.owner == 0, let owner = owners[position] { content = owner }
            let text = bytes.extracting(key.range.lowerBound + key.idStart..<key.range.upperBound)
            guard let session = observed(text, key.dialect, content, life.end) else {
                found.skipped.append((Array(request.keys.bytes(of: key)), .idCharset))
                continue
            }
            if isChange { found.changed.append(session) } else { found.scanned.append(session) }
        }
        for hash in request.hashes { try receiveHash(hash, &found) }
        return found
    }

    private func observed(
        _ text: Span<UInt8>, _ dialect: Int, _ content: ObservedSession.Content, _ end: UnixTime?
    ) -> ObservedSession? {
        guard let id = try? SessionID(text, maxLength: maxIDLength) else { return nil }
        return ObservedSession(
            id: id, ref: SessionRef(digest.prefix64(text)), dialect: dialect, content: content, expiresAt: end)
    }

    private enum Value: Equatable {
        case content(ObservedSession.Content)
        /// The key holds no string.
        case notString
        /// The cluster has it on another server.
        case elsewhere
    }

    private mutating func receiveValues(_ keys: SessionKeys) throws(RedisError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(keys.count)
        var valued: [Int] = []
        valued.reserveCapacity(keys.count)
        for (position, key) in keys.keys.enumerated() {
            let isRead = keySpace.dialects[key.dialect].values == .fields
            values.append(isRead ? .notString : .content(.value(.marker)))
            if isRead { valued.append(position) }
        }
        guard !valued.isEmpty else { return values }
        var refusal: RedisError?
        let (endpoint, readers, isCareful) = (connection.endpoint, readers, isCareful)
        var names = RecordNames()
        swap(&names, &self.names)
        defer { swap(&names, &self.names) }
        func take(_ position: Int, _ bytes: Span<UInt8>) {
            do throws(Malformation) {
                values[position] = .content(.value(try readers[keys.keys[position].dialect].read(json: bytes, &names)))
            } catch {
                values[position] = .content(.malformed(error))
            }
        }
        if isCareful || isCluster {
            var place = 0
            try connection.receive(answers: valued.count) { element, bytes in
                defer { place += 1 }
                switch element.kind {
                case .string: take(valued[place], bytes)
                case .error:
                    if Self.isRedirect(bytes) {
                        values[valued[place]] = .elsewhere
                    } else if !isCareful, !Self.isWrongType(bytes) {
                        // Any error of GETRANGE is a wrong type: then it is asked for as a hash.
                        refusal = refusal ?? .refusal(bytes, from: endpoint)
                    }
                default: break
                }
            }
        } else {
            try connection.receive { element, bytes in
                switch element.kind {
                case .string where element.depth == 1 && element.index < valued.count:
                    take(valued[element.index], bytes)
                case .error: refusal = .refusal(bytes, from: endpoint)
                default: break
                }
            }
        }
        if let refusal { throw refusal }
        return values
    }

    /// The owners that stand in keys of their own, by the sessions' positions.
    private mutating func receiveOwners(_ keys: SessionKeys) throws(RedisError) -> [ObservedSession.Content?] {
        var owners: [ObservedSession.Content?] = Array(repeating: nil, count: keys.count)
        let keySpace = keySpace
        let owned = keys.keys.indices.filter { keySpace.ownerDialect(of: keys.keys[$0].dialect) != nil }
        guard !owned.isEmpty else { return owners }
        var refusal: RedisError?
        let (endpoint, readers) = (connection.endpoint, readers)
        var names = RecordNames()
        swap(&names, &self.names)
        defer { swap(&names, &self.names) }
        try connection.receive { element, bytes in
            switch element.kind {
            case .string where element.depth == 1 && element.index < owned.count:
                let position = owned[element.index]
                guard let dialect = keySpace.ownerDialect(of: keys.keys[position].dialect) else { return }
                do throws(Malformation) {
                    owners[position] = .value(try readers[dialect].read(owner: bytes, &names))
                } catch {
                    owners[position] = .malformed(error)
                }
            case .error: refusal = .refusal(bytes, from: endpoint)
            default: break
            }
        }
        if let refusal { throw refusal }
        return owners
    }

    private enum TimeToLive: Equatable {
        case gone, never, elsewhere
        case until(UnixTime)

        var end: UnixTime? {
            if case .until(let end) = self { end } else { nil }
        }
    }

    /// `PTTL`: -2 the key is gone, -1 it never expires.
    private mutating func receiveTimesToLive(_ keys: SessionKeys) throws(RedisError) -> [TimeToLive] {
        var lives: [TimeToLive] = []
        lives.reserveCapacity(keys.count)
        let now = clock.now()
        let endpoint = connection.endpoint
        var refusal: RedisError?
        try connection.receive(answers: keys.count) { element, bytes in
            switch element.kind {
            case .integer(-2): lives.append(.gone)
            case .integer(-1): lives.append(.never)
            case .integer(let milliseconds):
                lives.append(.until(UnixTime(milliseconds: now.milliseconds &+ milliseconds)))
            case .error where Self.isRedirect(bytes): lives.append(.elsewhere)
            case .error: refusal = refusal ?? .refusal(bytes, from: endpoint)
            default: break
            }
        }
        if let refusal { throw refusal }
        guard lives.count == keys.count else { throw .badReply(endpoint, reason: "PTTL gave no integer") }
        return lives
    }

    /// What a hash says. One that is gone by now is nothing, or a change; a key that is no hash either is skipped.
    private mutating func receiveHash(_ hash: HashKey, _ found: inout Found) throws(RedisError) {
        let fields = try connection.reply()
        let exists = try connection.reply()
        for case .error(let text) in [exists, fields] where !text.hasPrefix("WRONGTYPE") {
            guard Self.isRedirect(Array(text.utf8).span) else { throw .refusal(text, from: connection.endpoint) }
            found.strays.append((hash.key, hash.isChange))
            return
        }
        var content: ObservedSession.Content
        switch fields {
        case .error:
            found.skipped.append((hash.key, .type))
            // A session whose key is no session any more has ended.
            content = .gone
        case .array(let values):
            do throws(Malformation) {
                content = .value(try readers[hash.dialect].read(hash: values.map(\.bytes), &names))
            } catch {
                content = .malformed(error)
            }
        default: throw .badReply(connection.endpoint, reason: "HMGET gave no array")
        }
        if case .value(let held) = content, held.owner == 0, let owner = hash.owner { content = owner }
        if exists.integer != 1 { content = .gone }
        guard hash.isChange || content != .gone else { return }
        let text = hash.key.span.extracting(hash.idStart..<hash.key.count)
        guard let session = observed(text, hash.dialect, content, hash.expiresAt) else {
            found.skipped.append((hash.key, .idCharset))
            return
        }
        if hash.isChange { found.changed.append(session) } else { found.scanned.append(session) }
    }

    private static func isRedirect(_ error: Span<UInt8>) -> Bool { begins(error, "MOVED ") || begins(error, "ASK ") }

    private static func isWrongType(_ error: Span<UInt8>) -> Bool { begins(error, "WRONGTYPE") }

    private static func begins(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
        word.withUTF8Buffer { word in
            guard text.count >= word.count else { return false }
            for index in 0..<word.count where unsafe text[index] != word[index] { return false }
            return true
        }
    }
}

extension RedisError {
    static func refusal(_ bytes: Span<UInt8>, from endpoint: RedisEndpoint) -> RedisError {
        .refusal(String(decoding: Array(copying: bytes), as: UTF8.self), from: endpoint)
    }
}
