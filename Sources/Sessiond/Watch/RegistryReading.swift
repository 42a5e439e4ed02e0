import Redis
import Sessions

/// One full reading of the registry over one connection.
///
/// `SCAN` finds the names; one pipeline then asks for the next names, the values (`MGET`, which answers nil for anything
/// but a string) and the times to live (`PTTL`). Keys without a string value are asked for as hashes (`HMGET`) with the
/// pipeline after it; a WRONGTYPE there says that they are neither. While Redis works on one pipeline the answers to the
/// one before are read, unless the reading is paced.
struct RegistryReading: ~Copyable {
    /// What one pipeline asks for, in the order of its answers.
    struct Request {
        var scans = false
        var values = ScannedKeys()
        var hashes: [HashKey] = []

        var isEmpty: Bool { !scans && values.keys.isEmpty && hashes.isEmpty }
    }

    /// A session key that holds no string, with the time to live that was read beside it.
    struct HashKey {
        var key: [UInt8]
        var scanned: ScannedKeys.Key
        var expiresAt: UnixTime?
    }

    private var connection: RedisConnection
    private let keySpace: KeySpace
    private let sorter: KeySorter
    private let clock: RedisClock
    private let pacer: Pacer
    private let readers: [SessionValueReader]
    /// Reads at most the bytes that a record may have, key by key: after an answer was too large to take.
    private let isCareful: Bool
    private var waitingHashes: [HashKey] = []
    private var pipeline = RedisPipeline()
    private(set) var batches = 0

    init(
        _ connection: consuming RedisConnection, keySpace: KeySpace, maxIDLength: Int, clock: RedisClock, pacer: Pacer,
        isCareful: Bool
    ) {
        self.connection = connection
        self.keySpace = keySpace
        sorter = KeySorter(keySpace: keySpace, maxIDLength: maxIDLength)
        self.clock = clock
        self.pacer = pacer
        readers = keySpace.dialects.map(SessionValueReader.init)
        self.isCareful = isCareful
    }

    var totals: ReadingTotals { sorter.totals }
    var nodesMet: Set<String> { sorter.nodes }

    /// Gives the connection back, when the reading is done.
    consuming func finish() -> RedisConnection { connection }

    /// Reads everything, and hands over a batch of sessions at a time.
    mutating func run(_ take: ([ObservedSession]) -> Void) throws(RedisError) {
        var cursor: [UInt8]? = [UInt8(ascii: "0")]
        var inFlight = Request()
        inFlight.scans = true
        var started = try send(inFlight, cursor: cursor)
        while !inFlight.isEmpty {
            var scanned = ScannedKeys()
            if inFlight.scans {
                scanned = try receiveScan()
                cursor = scanned.isLast ? nil : scanned.cursor
            }
            var next = Request()
            next.scans = cursor != nil
            next.values = scanned
            var nextStarted = 0.0
            if !pacer.isPaced {
                next.hashes = takeWaitingHashes()
                nextStarted = try send(next, cursor: cursor)
            }
            take(try receiveSessions(inFlight))
            batches += 1
            pacer.note(seconds: monotonicSeconds() - started)
            if pacer.isPaced {
                pacer.pause()
                next.hashes = takeWaitingHashes()
                nextStarted = try send(next, cursor: cursor)
            } else if next.isEmpty, !waitingHashes.isEmpty {
                // The last pipeline's own hashes.
                next.hashes = takeWaitingHashes()
                nextStarted = try send(next, cursor: nil)
            }
            (inFlight, started) = (next, nextStarted)
        }
    }

    private mutating func takeWaitingHashes() -> [HashKey] {
        defer { waitingHashes = [] }
        return waitingHashes
    }
}

// MARK: - Asking

extension RegistryReading {
    private static let pttl = Array("*2\r\n$4\r\nPTTL\r\n".utf8)

    /// Writes one pipeline; returns when.
    private mutating func send(_ request: Request, cursor: [UInt8]?) throws(RedisError) -> Double {
        pipeline.removeAll()
        if request.scans, let cursor {
            pipeline.begin(wordCount: 6)
            pipeline.word("SCAN")
            pipeline.word(cursor[...])
            pipeline.word("MATCH")
            pipeline.word(keySpace.scanPattern)
            pipeline.word("COUNT")
            pipeline.word(String(pacer.scanCount))
        }
        appendValues(of: request.values)
        for key in request.values.keys {
            pipeline.append(rendered: Self.pttl, request.values.key(key))
        }
        for hash in request.hashes {
            let names = readers[hash.scanned.dialect].fields.names
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
        return monotonicSeconds()
    }

    private mutating func appendValues(of scanned: ScannedKeys) {
        let valued = scanned.keys.filter { hasValue($0) }
        guard !valued.isEmpty else { return }
        if isCareful {
            for key in valued {
                pipeline.begin(wordCount: 4)
                pipeline.word("GETRANGE")
                pipeline.word(scanned.key(key))
                pipeline.word("0")
                pipeline.word(String(RecordLimits.valueBytes))
            }
        } else {
            pipeline.begin(wordCount: 1 + valued.count)
            pipeline.word("MGET")
            for key in valued { pipeline.word(scanned.key(key)) }
        }
    }

    private func hasValue(_ key: ScannedKeys.Key) -> Bool { keySpace.dialects[key.dialect].values == .fields }
}

// MARK: - Taking the answers

extension RegistryReading {
    private mutating func receiveScan() throws(RedisError) -> ScannedKeys {
        var scanned = ScannedKeys()
        var refusal: RedisError?
        let (sorter, endpoint) = (sorter, connection.endpoint)
        try connection.receive { element, bytes in
            switch (element.kind, element.depth) {
            case (.error, _): refusal = .refusal(bytes, from: endpoint)
            case (.string, 1): scanned.take(cursor: bytes)
            case (.string, 2): sorter.sort(bytes, into: &scanned)
            default: break
            }
        }
        if let refusal { throw refusal }
        guard !scanned.cursor.isEmpty else { throw .badReply(endpoint, reason: "SCAN gave no cursor") }
        return scanned
    }

    private mutating func receiveSessions(_ request: Request) throws(RedisError) -> [ObservedSession] {
        let values = try receiveValues(request.values)
        let lives = try receiveTimesToLive(request.values)
        var sessions: [ObservedSession] = []
        sessions.reserveCapacity(request.values.keys.count + request.hashes.count)
        for (position, key) in request.values.keys.enumerated() {
            switch lives[position] {
            case .gone: continue
            case .never, .until:
                if let value = values[position] {
                    sessions.append(observed(key, value, lives[position].end))
                } else {
                    waitingHashes.append(
                        HashKey(key: Array(request.values.key(key)), scanned: key, expiresAt: lives[position].end))
                }
            }
        }
        for hash in request.hashes {
            if let value = try receiveHash(hash) { sessions.append(observed(hash.scanned, value, hash.expiresAt)) }
        }
        return sessions
    }

    private func observed(
        _ key: ScannedKeys.Key, _ value: Result<SessionValue, Malformation>, _ end: UnixTime?
    ) -> ObservedSession {
        ObservedSession(
            id: key.id, ref: key.ref, dialect: key.dialect, isAdoptable: keySpace.dialects[key.dialect].isAdoptable,
            value: value, expiresAt: end)
    }

    /// What each key's string says; nil where it holds none.
    private mutating func receiveValues(
        _ scanned: ScannedKeys
    ) throws(RedisError) -> [Result<SessionValue, Malformation>?] {
        var values: [Result<SessionValue, Malformation>?] = Array(repeating: nil, count: scanned.keys.count)
        var valued: [Int] = []
        for (position, key) in scanned.keys.enumerated() {
            if hasValue(key) { valued.append(position) } else { values[position] = .success(.marker) }
        }
        guard !valued.isEmpty else { return values }
        var refusal: RedisError?
        let (readers, endpoint, isCareful) = (readers, connection.endpoint, isCareful)
        func take(_ position: Int, _ bytes: Span<UInt8>) {
            let reader = readers[scanned.keys[position].dialect]
            values[position] = Result { () throws(Malformation) in try reader.read(json: bytes) }
        }
        if isCareful {
            for position in valued {
                try connection.receive { element, bytes in
                    // Any error of GETRANGE is a wrong type: then it is asked for as a hash.
                    if case .string = element.kind { take(position, bytes) }
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

    private enum TimeToLive {
        case gone, never
        case until(UnixTime)

        var end: UnixTime? {
            if case .until(let end) = self { end } else { nil }
        }
    }

    /// `PTTL`: -2 the key is gone, -1 it never expires.
    private mutating func receiveTimesToLive(_ scanned: ScannedKeys) throws(RedisError) -> [TimeToLive] {
        var lives: [TimeToLive] = []
        lives.reserveCapacity(scanned.keys.count)
        let now = clock.now()
        let endpoint = connection.endpoint
        var refusal: RedisError?
        try connection.receive(answers: scanned.keys.count) { element, bytes in
            switch element.kind {
            case .integer(-2): lives.append(.gone)
            case .integer(-1): lives.append(.never)
            case .integer(let milliseconds): lives.append(.until(now + Double(milliseconds) / 1000))
            case .error: refusal = refusal ?? .refusal(bytes, from: endpoint)
            default: break
            }
        }
        if let refusal { throw refusal }
        guard lives.count == scanned.keys.count else { throw .badReply(endpoint, reason: "PTTL gave no integer") }
        return lives
    }

    /// What a hash says; nil where the key is gone by now, or is no hash, which is then counted as skipped.
    private mutating func receiveHash(_ hash: HashKey) throws(RedisError) -> Result<SessionValue, Malformation>? {
        let reader = readers[hash.scanned.dialect]
        let fields = try connection.reply()
        let exists = try connection.reply()
        if case .error(let text) = exists { throw .refusal(text, from: connection.endpoint) }
        guard exists.integer == 1 else { return nil }
        switch fields {
        case .array(let values):
            return Result { () throws(Malformation) in try reader.read(hash: values.map(\.bytes)) }
        case .error(let text):
            guard text.hasPrefix("WRONGTYPE") else { throw .refusal(text, from: connection.endpoint) }
            sorter.skip(hash.key.span, .type)
            return nil
        default: throw .badReply(connection.endpoint, reason: "HMGET gave no array")
        }
    }
}

extension RedisError {
    static func refusal(_ bytes: Span<UInt8>, from endpoint: RedisEndpoint) -> RedisError {
        .refusal(String(decoding: Array(copying: bytes), as: UTF8.self), from: endpoint)
    }
}
