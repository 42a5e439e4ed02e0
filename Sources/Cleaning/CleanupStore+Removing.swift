import Redis
import Sessions

// The step that removes.

extension CleanupStore {
    /// Has the server remove what is still as it was judged, under the lease; see ``RemovalBatch``.
    public mutating func remove(_ batch: RemovalBatch) throws(CleanupFault) -> RemovalOutcome {
        // A script sees the keys of one server.
        guard client.takesManyKeys else { return try removeInCluster(batch) }
        let reply = try call(.remove, removal(of: batch), of: Self.removalName)
        if let refusal = try Self.refusal(reply) { return .refused(refusal) }
        let results = (reply.array ?? []).compactMap(Self.result)
        guard results.count == batch.entries.count else {
            throw .badRecord(
                key: Self.removalName, why: "it answered for \(results.count) of \(batch.entries.count) sessions")
        }
        return .done(results)
    }

    /// What an error of it names.
    static let removalName = "the script that removes"

    public static func refusal(_ reply: RedisReply) throws(CleanupFault) -> RemovalOutcome.Refusal? {
        if let fault = recordFault(reply.text) { throw fault }
        switch reply.text {
        case "lease": return .leaseLost
        case "stopped": return .stopped
        case "heartbeat": return .heartbeatChanged
        case "late": return .late
        default: return nil
        }
    }

    public static func result(_ reply: RedisReply) -> RemovalOutcome.Result? {
        switch reply.text {
        case "cleaned": .cleaned
        case "short": .alreadyShort
        case "changed", "gone", "late": .changed
        case "renewed": .renewed
        default: nil
        }
    }

    /// Keys: lease, stop and audit; the places of heartbeats; the sessions; their owners' keys where a dialect has
    /// such. Arguments: holder, epoch, from when until when what was judged holds; how many heartbeats, what each place must
    /// hold, and when it must end; life in milliseconds (below zero: none), action, how long the audit may be, how many words
    /// its record ends with, and they; how many sessions, and of each its ref, its age in seconds (or `-`), what it must hold,
    /// and when it must end; where there are keys that tell owners, then `alone`, or `owner` and what the owner's key must
    /// hold.
    private func removal(of batch: RemovalBatch) -> ScriptCall {
        let sessions = batch.entries.map { sessionKey(of: $0.candidate) }
        let owners = batch.entries.map { ownerKey(of: $0.candidate) }
        // One for each session, or none at all: the key of a session without such a dialect is never looked at.
        let ownerKeys = owners.contains { $0 != nil } ? zip(owners, sessions).map { $0 ?? $1 } : []
        var call = ScriptCall(
            keys: [CleanupKeys.lease, CleanupKeys.stop, CleanupKeys.audit] + batch.beats.map(\.place.key) + sessions
                + ownerKeys)
        call.add(batch.holder, String(batch.epoch))
        call.add(Self.words(batch.holds))
        call.add(String(batch.beats.count))
        for beat in batch.beats {
            add(beat, to: &call)
            // A collection is renewed by whomever.
            if beat.place.member == nil { call.add("ends", Self.word(beat.deadline)) } else { call.add("stays") }
        }
        let record = AuditEntry(batch, of: batch.entries)
        let words = record.wordsForScript
        call.add(life(batch.action), record.action.rawValue, String(CleanupKeys.auditLimit), String(words.count))
        call.add(words)
        call.add(String(batch.entries.count))
        for (place, (entry, owner)) in zip(batch.entries, owners).enumerated() {
            call.add(record.refs[place].description, AuditEntry.word(ageSeconds: record.agesSeconds[place]))
            add(entry.record.value, sessionFields(entry.candidate.dialect), to: &call)
            call.add(Self.word(entry.record.deadline))
            if !ownerKeys.isEmpty { call.add(owner == nil ? "alone" : "owner") }
            guard owner != nil else { continue }
            if let bytes = entry.record.ownerKey { add(.text(bytes), [], to: &call) } else { call.add("none") }
        }
        return call
    }

    /// When a key ends, as a script is told.
    public static func word(_ deadline: UnixTime?) -> String { deadline.map { String($0.milliseconds) } ?? "-" }

    public static func words(_ times: ClosedRange<UnixTime>) -> [String] {
        [times.lowerBound, times.upperBound].map { String($0.milliseconds) }
    }

    /// Below zero: it goes at once.
    public func life(_ action: CleanupPolicy.Action) -> String {
        switch action {
        case .delete: "-1"
        case .expire(let seconds): String(Int(max(seconds, 0) * 1000))
        }
    }
}

// MARK: - What a key must hold

extension CleanupStore {
    private static let isThere = UInt8(ascii: "+")
    private static let isMissing = "-"

    private func add(_ beat: RawHeartbeat, to call: inout ScriptCall) {
        // Nobody can tell whose it is.
        if beat.isUnreadable { return call.add("never") }
        guard let member = beat.place.member else {
            guard let value = beat.value else { return call.add("none") }
            return add(value, heartbeatFields(beat.place.dialect), to: &call)
        }
        call.add("member", member)
        if case .text(let bytes)? = beat.value {
            call.add(mark: Self.isThere, bytes: bytes)
        } else {
            call.add(Self.isMissing)
        }
    }

    public func add(_ value: HeldValue, _ names: [String], to call: inout ScriptCall) {
        switch value {
        case .text(let bytes):
            call.add("text")
            call.add(bytes: bytes)
        case .fields(let fields):
            precondition(fields.count == names.count, "a look at a hash asks for the fields of its dialect")
            call.add("fields", String(names.count))
            call.add(names)
            for field in fields {
                if let field { call.add(mark: Self.isThere, bytes: field) } else { call.add(Self.isMissing) }
            }
        }
    }
}

extension RawHeartbeat {
    var isUnreadable: Bool { heartbeat?.malformation != nil }
}
