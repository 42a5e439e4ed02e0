import Redis
import Sessions

// The answers: names, values, owners and times to live.

extension SessionReader {
    /// Takes the answer to `SCAN`, and appends the names to `keys`. Returns the next cursor, nil at the end.
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
        if names.isFull { names = RecordNames(seed: .random(in: 0 ... .max)) }
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

    func observed(
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
        var names = RecordNames.placeholder
        swap(&names, &self.names)
        defer { swap(&names, &self.names) }
        func take(_ position: Int, _ bytes: Span<UInt8>) {
            do throws(Malformation) {
                values[position] = .content(.value(try readers[keys.keys[position].dialect].read(json: bytes, &names)))
            } catch {
                values[position] = .content(.malformed(error))
            }
        }
        if isCareful || !connection.takesManyKeys {
            var place = 0
            try connection.receive(answers: valued.count) { element, bytes in
                defer { place += 1 }
                switch element.kind {
                case .string: take(valued[place], bytes)
                case .error:
                    if ErrorReply.isRedirect(bytes) {
                        values[valued[place]] = .elsewhere
                    } else if !ErrorReply.isWrongType(bytes) {
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

    /// The owners from keys of their own, by the sessions' positions.
    private mutating func receiveOwners(_ keys: SessionKeys) throws(RedisError) -> [ObservedSession.Content?] {
        var owners: [ObservedSession.Content?] = Array(repeating: nil, count: keys.count)
        let keySpace = keySpace
        let owned = keys.keys.indices.filter { keySpace.ownerDialect(of: keys.keys[$0].dialect) != nil }
        guard !owned.isEmpty else { return owners }
        var refusal: RedisError?
        let (endpoint, readers) = (connection.endpoint, readers)
        var names = RecordNames.placeholder
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

    /// Takes the answers to `PTTL`: -2 for a key that is gone, -1 for one that never expires.
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
            case .error where ErrorReply.isRedirect(bytes): lives.append(.elsewhere)
            case .error: refusal = refusal ?? .refusal(bytes, from: endpoint)
            default: break
            }
        }
        if let refusal { throw refusal }
        guard lives.count == keys.count else { throw .badReply(endpoint, reason: "PTTL gave no integer") }
        return lives
    }
}
