import Redis
import Sessions

// The step that removes.

extension CleanupStore {
    /// Has the server remove or expire, under the lease, the sessions that are still as judged; see ``RemovalBatch``.
    public mutating func remove(_ batch: RemovalBatch) throws(CleanupFault) -> RemovalOutcome {
        // A script sees only the keys of one server.
        guard client.takesManyKeys else { return try removeInCluster(batch) }
        turnToPart(of: batch)
        let reply = try call(.remove, removal(of: batch), of: Self.removalName)
        if let refusal = try Self.refusal(reply) { return .refused(refusal) }
        let words = reply.array ?? []
        let results = words.compactMap(Self.result)
        guard results.count == batch.entries.count else {
            throw .badRecord(
                key: Self.removalName, why: "it answered for \(results.count) of \(batch.entries.count) sessions")
        }
        undoDropped += words.last?.integer.map { Int($0) } ?? 0
        return .done(results)
    }

    /// The name of the script in errors.
    static let removalName = "the removal script"

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

    /// Builds the call.
    ///
    /// Keys: lease, suspension and audit; the index and the part of the undo store; the heartbeat places; the sessions;
    /// and, if a dialect has them, the keys that name their owners.
    ///
    /// Arguments: the lease's holder and epoch; the times from when and until when the judgement holds; the number of
    /// heartbeats, and for each the expected content and expiry; the life in milliseconds (below zero: none); the
    /// action; the maximum length of the audit; the number of trailing words of the audit record, and the words; for the
    /// undo store its life in milliseconds (0: nothing is kept), its limit in bytes, the part's name, and the owner's
    /// node, boot and reason; the number of sessions, and for each its ref, its age in seconds (or `-`), the expected
    /// content and the expected
    /// expiry. If there are keys that name owners, each session also has `alone`, or `owner` and the expected content
    /// of its owner's key.
    private func removal(of batch: RemovalBatch) -> ScriptCall {
        let sessions = batch.entries.map { sessionKey(of: $0.candidate) }
        let owners = batch.entries.map { ownerKey(of: $0.candidate) }
        // One per session, or none at all. A session without such a key gets its own key here, which is never read.
        let ownerKeys = owners.contains { $0 != nil } ? zip(owners, sessions).map { $0 ?? $1 } : []
        var call = ScriptCall(
            keys: [
                CleanupKeys.lease, CleanupKeys.stop, CleanupKeys.audit, CleanupKeys.undo, UndoPart.key(undoPart.name),
            ]
                + batch.heartbeats.map(\.place.key) + sessions + ownerKeys)
        call.add(batch.holder, String(batch.epoch))
        call.add(Self.words(batch.holds))
        call.add(String(batch.heartbeats.count))
        for heartbeat in batch.heartbeats {
            add(heartbeat, to: &call)
            // Any node's heartbeat may renew a collection, so its expiry proves nothing.
            if heartbeat.place.member == nil {
                call.add("ends", Self.word(heartbeat.deadline))
            } else {
                call.add("stays")
            }
        }
        let record = AuditEntry(batch, of: batch.entries)
        let words = record.wordsForScript
        call.add(life(batch.action), record.action.rawValue, String(CleanupKeys.auditLimit), String(words.count))
        call.add(words)
        call.add(Self.words(batch.undo))
        call.add(undoPart.name)
        call.add(UndoRecord.words(batch.owner, batch.reason))
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

    /// A key's expiry as a script's argument.
    public static func word(_ deadline: UnixTime?) -> String { deadline.map { String($0.milliseconds) } ?? "-" }

    public static func words(_ times: ClosedRange<UnixTime>) -> [String] {
        [times.lowerBound, times.upperBound].map { String($0.milliseconds) }
    }

    /// The time to live as a script's argument, in milliseconds; below zero, the key is removed at once.
    public func life(_ action: CleanupPolicy.Action) -> String {
        switch action {
        case .delete: "-1"
        case .expire(let seconds): String(Int(max(seconds, 0) * 1000))
        }
    }
}

// MARK: - Expected content of keys

extension CleanupStore {
    private static let isThere = UInt8(ascii: "+")
    private static let isMissing = "-"

    private func add(_ heartbeat: RawHeartbeat, to call: inout ScriptCall) {
        // Nobody can tell whose heartbeat it is.
        if heartbeat.isUnreadable { return call.add("never") }
        guard let member = heartbeat.place.member else {
            guard let value = heartbeat.value else { return call.add("none") }
            return add(value, heartbeatFields(heartbeat.place.dialect), to: &call)
        }
        call.add("member", member)
        if case .text(let bytes)? = heartbeat.value {
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
            precondition(fields.count == names.count, "a hash is read by the fields of its dialect")
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
