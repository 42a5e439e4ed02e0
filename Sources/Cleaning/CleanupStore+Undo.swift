import Redis
import Sessions

// Removed sessions that can be restored.

/// What an undo is asked for.
public enum UndoSelection: Sendable, Equatable {
    /// All sessions that a run removed.
    case run(String)
    case session(SessionRef)
    /// All sessions of an owner, whatever run removed them.
    case owner(SessionOwner)
}

extension UndoSelection: CustomStringConvertible {
    public var description: String {
        switch self {
        case .run(let run): "run \(run)"
        case .session(let ref): "session \(ref)"
        case .owner(let owner): "sessions of \(owner.node)"
        }
    }
}

/// The outcome of an undo.
public struct UndoReport: Sendable, Equatable {
    /// Sessions that are back.
    public var restored = 0
    /// Sessions whose key is there: somebody registered them anew.
    public var present = 0
    /// Sessions whose deadline has passed.
    public var expired = 0
    /// Sessions of the selection that are still to be restored, since the time for this step was over.
    public var remaining = 0

    public init() {}

    /// True if the store held nothing of the selection.
    public var isEmpty: Bool { self == UndoReport() }
}

// MARK: - Keeping

extension CleanupStore {
    static let undoName = "the store of removed sessions"

    /// Chooses the part for a batch.
    mutating func turnToPart(of batch: RemovalBatch) {
        guard let undo = batch.undo else { return }
        let bytes = batch.entries.reduce(0) { $0 + $1.record.size + $1.candidate.id.bytes.count }
        undoPart.take(
            batch.run, bytes: bytes + batch.entries.count * 2 * UndoPart.overheadBytes, of: undo.maxBytes)
    }

    /// The life of undo records in milliseconds, and the limit of the store in bytes.
    static func words(_ undo: CleanupPolicy.Undo?) -> [String] {
        [undo.map { Int($0.seconds * 1000) } ?? 0, undo?.maxBytes ?? 0].map { String($0) }
    }

    /// Keeps sessions in the present part.
    mutating func keep(_ records: [(SessionRef, UndoRecord)], for batch: RemovalBatch) throws(CleanupFault) {
        guard !records.isEmpty else { return }
        var keeping = ScriptCall(keys: [CleanupKeys.undo, UndoPart.key(undoPart.name)])
        keeping.add(undoPart.name)
        keeping.add(Self.words(batch.undo))
        for (ref, record) in records {
            keeping.add(ref.description)
            keeping.add(bytes: record.bytes)
        }
        let dropped = try call(.keepUndo, keeping, of: Self.undoName).integer ?? 0
        guard dropped >= 0 else { throw .undoFull }
        undoDropped += Int(dropped)
    }

    /// The number of sessions that the store had to drop since this was last asked.
    mutating func takeUndoDropped() -> Int {
        defer { undoDropped = 0 }
        return undoDropped
    }

    /// Takes sessions out of a part; returns how many it held.
    mutating func forgetUndo(_ refs: [SessionRef], in part: String) throws(CleanupFault) -> Int {
        var forgetting = ScriptCall(keys: [CleanupKeys.undo, UndoPart.key(part)])
        forgetting.add(part)
        forgetting.add(refs.map(\.description))
        return Int(try call(.forgetUndo, forgetting, of: Self.undoName).integer ?? 0)
    }

    /// Takes sessions out of the store, whatever their run; returns how many it held.
    public mutating func forgetUndo(_ refs: [SessionRef]) throws(CleanupFault) -> Int {
        var forgotten = 0
        for part in try undoParts() { forgotten += try forgetUndo(refs, in: part.name) }
        return forgotten
    }

    /// The parts of the store, the latest to expire first.
    public mutating func undoParts() throws(CleanupFault) -> [UndoPart] {
        let replies = try run([["TIME"], ["HGETALL", CleanupKeys.undo]], of: CleanupKeys.undo)
        let now = try Self.time(replies[0])
        return Self.parts(replies[1]).filter { $0.isKept(at: now) }
    }

    /// The parts that an index names, the latest to expire first; some may have expired.
    static func parts(_ index: RedisReply) -> [UndoPart] {
        pairs(index).compactMap { UndoPart($0.field, $0.value) }.sorted { ($1.ends, $1.name) < ($0.ends, $0.name) }
    }

    /// True if the store holds anything of that.
    public mutating func holds(_ selection: UndoSelection) throws(CleanupFault) -> Bool {
        let parts = try undoParts()
        switch selection {
        case .run(let run): return parts.contains { $0.run == run }
        case .session(let ref): return try record(of: ref, in: parts) != nil
        case .owner(let owner):
            for part in parts {
                var walk = UndoWalk()
                while let found = try records(of: part, &walk) {
                    if found.contains(where: { $0.1.owner == owner }) { return true }
                }
            }
            return false
        }
    }

    /// The owner of a removed session; nil if the store does not hold it.
    mutating func owner(ofRemoved ref: SessionRef) throws(CleanupFault) -> SessionOwner? {
        let parts = try undoParts()
        return try record(of: ref, in: parts)?.record.owner
    }

    /// The record of a session, and its part. If it was removed twice, the later record counts.
    private mutating func record(
        of ref: SessionRef, in parts: [UndoPart]
    ) throws(CleanupFault) -> (part: UndoPart, record: UndoRecord)? {
        let replies = try run(parts.map { ["HGET", $0.key, ref.description] }, of: Self.undoName)
        for (part, reply) in zip(parts, replies) {
            if let bytes = reply.bytes { return (part, try Self.record(bytes, in: part)) }
        }
        return nil
    }
}

extension HeldRecord {
    /// The size of its value, in bytes.
    fileprivate var size: Int {
        switch value {
        case .text(let bytes): bytes.count
        case .fields(let fields): fields.reduce(0) { $0 + ($1?.count ?? 0) }
        }
    }
}

// MARK: - Restoring

extension CleanupStore {
    /// The number of sessions that are read and restored at once.
    private static let undoStep = CleanupPolicy.batchKeys

    /// Restores what was removed, `limit` sessions or few more, for as long as `isInTime` says. Each session is restored
    /// with the deadline that it had, if its key is absent, and the audit says so. Sessions whose key is there or whose
    /// deadline has passed leave the store too.
    public mutating func restore(
        _ selection: UndoSelection, by: String, limit: Int = .max, whileInTime isInTime: () -> Bool = { true }
    ) throws(CleanupFault) -> UndoReport {
        var report = UndoReport()
        let parts = try undoParts()
        switch selection {
        case .session(let ref):
            guard let (part, record) = try record(of: ref, in: parts) else { break }
            try restore([(ref, record)], from: part, by: by, &report)
        case .run(let run):
            for part in parts where part.run == run {
                try restore(part, by: by, limit, &report, isInTime) { _ in true }
            }
        case .owner(let owner):
            for part in parts { try restore(part, by: by, limit, &report, isInTime) { $0 == owner } }
        }
        return report
    }

    private mutating func restore(
        _ part: UndoPart, by: String, _ limit: Int, _ report: inout UndoReport, _ isInTime: () -> Bool,
        where isSelected: (SessionOwner) -> Bool
    ) throws(CleanupFault) {
        var walk = UndoWalk()
        while let all = try records(of: part, &walk) {
            let found = all.filter { isSelected($0.1.owner) }
            if isInTime(), report.restored < limit {
                try restore(found, from: part, by: by, &report)
            } else {
                report.remaining += found.count
            }
        }
    }

    /// The next records of a part; nil once all were given.
    private mutating func records(
        of part: UndoPart, _ walk: inout UndoWalk
    ) throws(CleanupFault) -> [(SessionRef, UndoRecord)]? {
        guard let cursor = walk.cursor else { return nil }
        let scan = ["HSCAN", part.key, cursor, "COUNT", String(Self.undoStep)]
        guard let reply = try run([scan], of: part.key)[0].array, reply.count == 2, let next = reply[0].text else {
            throw .badRecord(key: part.key, why: "HSCAN gave an unexpected reply")
        }
        walk.cursor = next == "0" ? nil : next
        var found: [(SessionRef, UndoRecord)] = []
        for (field, value) in Self.pairs(reply[1]) {
            guard let ref = SessionRef(whole: String(decoding: field, as: UTF8.self)[...]) else {
                throw .badRecord(key: part.key, why: "it holds something else than sessions")
            }
            found.append((ref, try Self.record(value, in: part)))
        }
        return found
    }

    private static func record(_ bytes: [UInt8], in part: UndoPart) throws(CleanupFault) -> UndoRecord {
        guard let record = UndoRecord(bytes) else {
            throw .badRecord(key: part.key, why: "a record has missing or invalid members")
        }
        return record
    }

    /// Restores sessions of one part. Each owner's sessions have an audit record of their own.
    private mutating func restore(
        _ found: [(SessionRef, UndoRecord)], from part: UndoPart, by: String, _ report: inout UndoReport
    ) throws(CleanupFault) {
        struct Group: Hashable {
            var owner: SessionOwner
            var reason: OrphanReason
        }
        for (group, all) in Dictionary(grouping: found, by: { Group(owner: $0.1.owner, reason: $0.1.reason) }) {
            let entry = AuditEntry(restoring: group.owner, group.reason, of: part.run, by: by)
            // HSCAN may give many more than were asked for.
            for start in stride(from: 0, to: all.count, by: Self.undoStep) {
                let some = Array(all[start..<min(start + Self.undoStep, all.count)])
                let results =
                    client.takesManyKeys
                    ? try restore(some, part, entry) : try restoreInCluster(some, part, entry)
                report.restored += results.count { $0 == "restored" }
                report.present += results.count { $0 == "present" }
                report.expired += results.count { $0 == "expired" }
            }
        }
    }

    private mutating func restore(
        _ sessions: [(SessionRef, UndoRecord)], _ part: UndoPart, _ entry: AuditEntry
    ) throws(CleanupFault) -> [String?] {
        var restoring = ScriptCall(
            keys: [CleanupKeys.undo, part.key, CleanupKeys.audit] + sessions.map(\.1.key))
        let words = entry.wordsForScript
        restoring.add(part.name, entry.action.rawValue, String(CleanupKeys.auditLimit), String(words.count))
        restoring.add(words)
        restoring.add(sessions.map(\.0.description))
        for (_, record) in sessions {
            restoring.add(Self.word(record.deadline))
            restoring.add(bytes: record.dump)
        }
        let reply = try call(.restore, restoring, of: Self.undoName)
        if let fault = Self.recordFault(reply.text) { throw fault }
        return reply.array?.map(\.text) ?? []
    }

    /// In a cluster each session is restored by itself; the audit record follows.
    private mutating func restoreInCluster(
        _ sessions: [(SessionRef, UndoRecord)], _ part: UndoPart, _ entry: AuditEntry
    ) throws(CleanupFault) -> [String?] {
        let calls = sessions.map { session in
            var call = ScriptCall(keys: [session.1.key])
            call.add(Self.word(session.1.deadline))
            call.add(bytes: session.1.dump)
            return call
        }
        let answer = try call("EVAL", CleanupScript.restoreOne.text, calls, of: Self.undoName)
        let results = answer.replies.map(\.text)
        let handled = zip(sessions, results).filter { ["restored", "present", "expired"].contains($0.1) }
        var entry = entry
        entry.refs = handled.filter { $0.1 == "restored" }.map(\.0.0)
        entry.agesSeconds = entry.refs.map { _ in nil }
        if !entry.refs.isEmpty {
            entry.at = try time()
            try note(entry)
        }
        if !handled.isEmpty { _ = try forgetUndo(handled.map(\.0.0), in: part.name) }
        for reply in answer.replies {
            if case .error(let text) = reply { throw fault(text, from: answer.endpoint, of: Self.undoName) }
        }
        return results
    }
}

/// The place that a walk through a part has reached.
private struct UndoWalk {
    /// Nil at the end.
    var cursor: String? = "0"
}
