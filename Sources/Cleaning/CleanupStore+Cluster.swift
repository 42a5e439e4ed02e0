import Digests
import Redis
import Sessions

// Removal in a cluster, where the lease, the heartbeats and the sessions are on different servers, so no step can check
// all of them at one instant. The race is kept as narrow as possible: the audit record is written first; then one round
// trip checks the lease, the suspension and the heartbeats again; right after it, each session has a step of its own
// that insists on its exact bytes. A heartbeat that returns in between, or a lease lost in between, goes unnoticed.
// Sessions that stay are recorded as kept.

extension CleanupStore {
    /// The rounds of asking and removing, if servers do not know the script yet.
    private static let clusterRounds = 3

    mutating func removeInCluster(_ batch: RemovalBatch) throws(CleanupFault) -> RemovalOutcome {
        // Without the lease, no undo record and no audit record is written either.
        if let refusal = try refusalInCluster(batch) { return .refused(refusal) }
        var removal = ClusterRemoval(batch.entries.count)
        for (place, entry) in batch.entries.enumerated() where !entry.record.isText {
            removal.take(.changed, at: place)
        }
        try keepUndo(batch, &removal)
        do throws(CleanupFault) {
            try note(AuditEntry(batch, of: batch.entries))
            removal.isNoted = true
            try remove(batch, &removal)
        } catch {
            // Record the sessions known to be still there. The first fault matters more than a failure to write that
            // record.
            try? noteKept(removal, batch)
            throw error
        }
        try noteKept(removal, batch)
        if let fault = removal.fault { throw fault }
        if let refusal = removal.refusal, !removal.hasRemoved { return .refused(refusal) }
        return .done(removal.results)
    }

    private mutating func remove(_ batch: RemovalBatch, _ removal: inout ClusterRemoval) throws(CleanupFault) {
        for round in 0..<Self.clusterRounds where !removal.waiting.isEmpty {
            removal.refusal = try refusalInCluster(batch)
            guard removal.refusal == nil else { return }
            let waiting = removal.waiting
            let calls = waiting.map { removalOfOne(batch.entries[$0], batch, removal.digests[$0]) }
            removal.isUnderWay = true
            let answer = try call(
                round == 0 ? "EVALSHA" : "EVAL",
                round == 0 ? CleanupScript.removeOne.digest : CleanupScript.removeOne.text, calls, of: Self.removalName)
            removal.isUnderWay = false
            for (place, reply) in zip(waiting, answer.replies) {
                if case .error(let text) = reply {
                    if text.hasPrefix("NOSCRIPT") { continue }
                    removal.take(fault(text, from: answer.endpoint, of: Self.removalName), at: place)
                } else if let result = Self.result(reply) {
                    // After a lost connection the script may have run twice, so a session that is gone may be our own
                    // removal.
                    removal.take(result, at: place, isKept: result != .cleaned && reply.text != "gone")
                }
            }
        }
    }

    /// The reason why nothing may be removed now; nil if removal is allowed.
    private mutating func refusalInCluster(_ batch: RemovalBatch) throws(CleanupFault) -> RemovalOutcome.Refusal? {
        let places = batch.heartbeats.map(\.place)
        let owners = batch.entries.filter { ownerKey(of: $0.candidate) != nil }
        var commands = [
            ["TIME"],
            // As text: an unknown digest would cost a second round trip.
            [
                "EVAL", CleanupScript.isOurs.text, "1", CleanupKeys.lease, batch.holder, String(batch.epoch),
            ] + Self.words(batch.holds),
            ["EXISTS", CleanupKeys.stop],
        ]
        commands += owners.map { ["GET", ownerKey(of: $0.candidate) ?? ""] }
        commands += places.flatMap { self.commands(for: $0) }
        let replies = try run(commands, expected: Self.isWrongType)
        let now = try Self.time(replies[0])
        if let refusal = try Self.refusal(replies[1]) { return refusal }
        if replies[2].integer != 0 { return .stopped }
        let held = replies[3..<3 + owners.count].map(\.bytes)
        guard held == owners.map(\.record.ownerKey), !batch.heartbeats.contains(where: \.isUnreadable) else {
            return .heartbeatChanged
        }
        return areSame(heartbeats(at: places, replies[(3 + owners.count)...], now), batch.heartbeats)
            ? nil : .heartbeatChanged
    }

    /// True if the heartbeats have the judged values and expire when judged.
    private func areSame(_ found: [RawHeartbeat], _ judged: [RawHeartbeat]) -> Bool {
        found.elementsEqual(judged) { found, judged in
            guard found.place == judged.place, found.value == judged.value else { return false }
            guard let end = found.deadline, let judgedEnd = judged.deadline else {
                return found.deadline == judged.deadline
            }
            return abs(end - judgedEnd) < CleanupPolicy.renewedSeconds
        }
    }

    private func removalOfOne(
        _ entry: RemovalBatch.Entry, _ batch: RemovalBatch, _ digest: String?
    ) -> ScriptCall {
        var call = ScriptCall(keys: [sessionKey(of: entry.candidate)])
        call.add(Self.words(batch.holds))
        call.add(life(batch.action))
        add(entry.record.value, sessionFields(entry.candidate.dialect), to: &call)
        call.add(Self.word(entry.record.deadline), digest ?? "-")
        return call
    }

    /// Keeps what is needed to restore the sessions that are about to be removed.
    private mutating func keepUndo(_ batch: RemovalBatch, _ removal: inout ClusterRemoval) throws(CleanupFault) {
        guard batch.undo != nil, !removal.waiting.isEmpty else { return }
        turnToPart(of: batch)
        let waiting = removal.waiting
        let keys = waiting.map { sessionKey(of: batch.entries[$0].candidate) }
        let dumps = try run(keys.map { ["DUMP", $0] }, of: "sessions").map(\.bytes)
        var kept: [(SessionRef, UndoRecord)] = []
        for (number, place) in waiting.enumerated() {
            guard let dump = dumps[number] else {
                removal.take(.changed, at: place, isKept: false)
                continue
            }
            removal.digests[place] = SHA1.hex(dump)
            let entry = batch.entries[place]
            let record = UndoRecord(
                key: keys[number], deadline: entry.record.deadline, owner: batch.owner, reason: batch.reason, dump: dump
            )
            kept.append((entry.candidate.ref, record))
        }
        try keep(kept, for: batch)
    }

    /// Takes back what was noted of sessions that stayed.
    private mutating func noteKept(_ removal: ClusterRemoval, _ batch: RemovalBatch) throws(CleanupFault) {
        let kept = removal.kept.map { batch.entries[$0] }
        guard !kept.isEmpty else { return }
        if batch.undo != nil { _ = try forgetUndo(kept.map(\.candidate.ref), in: undoPart.name) }
        if removal.isNoted { try note(AuditEntry(batch, of: kept, action: .kept)) }
    }
}

/// The outcome of a batch so far, per session.
private struct ClusterRemoval {
    private var outcomes: [RemovalOutcome.Result?]
    private var isKept: [Bool]
    /// True while the servers were asked to remove and have not answered: the outcome of the waiting sessions is
    /// unknown.
    var isUnderWay = false
    /// True once the audit says that all of them are removed.
    var isNoted = false
    /// The SHA-1 of each value that the undo store holds.
    var digests: [String?]
    var refusal: RemovalOutcome.Refusal?
    private(set) var fault: CleanupFault?

    init(_ count: Int) {
        outcomes = Array(repeating: nil, count: count)
        isKept = Array(repeating: true, count: count)
        digests = Array(repeating: nil, count: count)
    }

    mutating func take(_ result: RemovalOutcome.Result, at place: Int, isKept: Bool = true) {
        outcomes[place] = result
        self.isKept[place] = isKept
    }

    mutating func take(_ fault: CleanupFault, at place: Int) {
        self.fault = self.fault ?? fault
        outcomes[place] = .changed
    }

    var waiting: [Int] { outcomes.indices.filter { outcomes[$0] == nil } }
    /// The sessions known to be still there.
    var kept: [Int] { outcomes.indices.filter { isKept[$0] && !(isUnderWay && outcomes[$0] == nil) } }
    var hasRemoved: Bool { outcomes.contains(.cleaned) }
    var results: [RemovalOutcome.Result] { outcomes.map { $0 ?? .changed } }
}

extension HeldRecord {
    /// True if all of its values are text. In a cluster, a record with other bytes stays.
    fileprivate var isText: Bool {
        func isText(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }
        return switch value {
        case .text(let bytes): isText(bytes)
        case .fields(let fields): fields.allSatisfy { $0.map(isText) ?? true }
        }
    }
}
