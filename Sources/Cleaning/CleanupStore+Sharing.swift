import Exposition
import Redis
import Sessions

// The state that instances share besides the lease.

extension CleanupStore {
    /// Reads all of it in one pipeline. An unreadable record of ours is an error: nothing is guessed. Unreadable
    /// evidence is void.
    mutating func readShared() throws(CleanupFault) -> SharedCleanup {
        let replies = try run([
            ["GET", CleanupKeys.stop], ["HGETALL", knownKey], ["HGETALL", silenceKey],
            ["LRANGE", CleanupKeys.runs, "0", String(CleanupBoard.runLimit - 1)],
            ["HGETALL", CleanupKeys.undo],
        ])
        var shared = SharedCleanup()
        shared.stop = try Self.suspension(replies[0])
        shared.evidence = evidence(known: replies[1], silence: replies[2])
        voidFields = shared.evidence.voidFields
        for bytes in (replies[3].array ?? []).compactMap(\.bytes) {
            shared.runs.append(try Self.read(bytes, CleanupKeys.runs) { CleanupReport($0) })
        }
        shared.undo = Self.parts(replies[4])
        return shared
    }

    private mutating func ask(_ command: [String]) throws(CleanupFault) -> RedisReply {
        try run([command])[0]
    }

    public static func pairs(_ reply: RedisReply) -> [(field: [UInt8], value: [UInt8])] {
        let words = reply.array ?? []
        return stride(from: 0, to: words.count - 1, by: 2).compactMap { place in
            guard let field = words[place].bytes, let value = words[place + 1].bytes else { return nil }
            return (field, value)
        }
    }

    public static func read<Record>(
        _ bytes: [UInt8], _ key: String, _ make: (JSONValue) -> Record?
    ) throws(CleanupFault) -> Record {
        guard let record = make(try JSONValue.record(bytes, of: key)) else {
            throw .badRecord(key: key, why: "a record has missing or invalid members")
        }
        return record
    }

    /// Suspends cleanup on all instances, unless it is suspended. Returns the suspension that is in force then.
    public mutating func suspendIfNeeded(_ stop: CleanupStop) throws(CleanupFault) -> CleanupStop {
        let command = ["SET", CleanupKeys.stop, stop.json.compact, "NX"]
        let replies = try run([command, ["GET", CleanupKeys.stop]])
        // The other one may have ended between the two commands.
        guard let present = try Self.suspension(replies[1]) else { return try suspendIfNeeded(stop) }
        return present
    }

    /// Suspends cleanup on all instances; if it has an end, until that time by Redis' clock.
    public mutating func suspend(_ stop: CleanupStop) throws(CleanupFault) {
        var command = ["SET", CleanupKeys.stop, stop.json.compact]
        if let until = stop.until {
            let left = until.milliseconds - (try time()).milliseconds
            command += ["PX", String(max(left, 1))]
        }
        _ = try ask(command)
    }

    /// Suspends cleanup until a person resumes it, whatever suspension there is. Returns the suspension in force: an
    /// earlier one by the tripwire stays.
    mutating func trip(_ stop: CleanupStop) throws(CleanupFault) -> CleanupStop {
        if let present = try suspension(), present.isTripped { return present }
        try suspend(stop)
        return stop
    }

    /// The suspension in force, if there is one.
    public mutating func suspension() throws(CleanupFault) -> CleanupStop? {
        try Self.suspension(try ask(["GET", CleanupKeys.stop]))
    }

    private static func suspension(_ reply: RedisReply) throws(CleanupFault) -> CleanupStop? {
        guard let bytes = reply.bytes else { return nil }
        return try read(bytes, CleanupKeys.stop, CleanupStop.init)
    }

    /// Resumes cleanup; returns true if it was suspended.
    public mutating func resume() throws(CleanupFault) -> Bool {
        try ask(["DEL", CleanupKeys.stop]).integer == 1
    }

    /// Keeps a finished run for all instances.
    public mutating func add(_ report: CleanupReport) throws(CleanupFault) {
        let commands = [
            ["LPUSH", CleanupKeys.runs, report.record.compact],
            ["LTRIM", CleanupKeys.runs, "0", String(CleanupBoard.runLimit - 1)],
        ]
        _ = try run(commands, of: CleanupKeys.runs)
    }

    /// Writes an audit record.
    mutating func note(_ entry: AuditEntry) throws(CleanupFault) {
        let command = ["XADD", CleanupKeys.audit, "MAXLEN", "~", String(CleanupKeys.auditLimit), "*"] + entry.words
        _ = try run([command], of: CleanupKeys.audit)
    }

    /// The number of audit records to read in one command, which occupies the server for about 100 µs.
    static let auditPage = 50

    /// The audit records after that id, oldest first; if `place` is nil, the latest ones.
    mutating func audit(after place: String?, limit: Int) throws(CleanupFault) -> [AuditEntry] {
        var entries: [AuditEntry] = []
        var start = place.flatMap(AuditEntry.place(after:))
        if place != nil, start == nil { throw .badRecord(key: CleanupKeys.audit, why: "no id follows it") }
        let isFromEnd = place == nil
        while entries.count < limit {
            let count = min(Self.auditPage, limit - entries.count)
            let range =
                isFromEnd
                ? ["XREVRANGE", CleanupKeys.audit, start ?? "+", "-"]
                : ["XRANGE", CleanupKeys.audit, start ?? "-", "+"]
            let page = try ask(range + ["COUNT", String(count)]).array ?? []
            for reply in page { entries.append(try AuditEntry(reply)) }
            guard page.count == count, let last = entries.last?.id else { break }
            start = isFromEnd ? AuditEntry.place(before: last) : AuditEntry.place(after: last)
            if start == nil { break }
        }
        return isFromEnd ? entries.reversed() : entries
    }
}
