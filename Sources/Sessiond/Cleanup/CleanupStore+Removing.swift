import Redis
import Sessions

// The step that removes.

extension CleanupStore {
    /// Has the server remove what is still as it was judged, under the lease; see ``RemovalBatch``.
    mutating func remove(_ batch: RemovalBatch) throws(CleanupFault) -> RemovalOutcome {
        if isCluster { return try removeInCluster(batch) }
        let keys =
            [CleanupKeys.lease, CleanupKeys.stop, CleanupKeys.audit] + batch.beats.map(\.place.key)
            + batch.entries.map { sessionKey(of: $0.candidate) }
        // One for each session, or none: a key that is not asked for is the session's own.
        let owners = batch.entries.map { ownerKey(of: $0.candidate) }
        let ownerKeys =
            owners.contains { $0 != nil }
            ? zip(owners, batch.entries).map { owner, entry in
                owner ?? sessionKey(of: entry.candidate)
            } : []
        var arguments = [batch.holder, String(batch.epoch), String(batch.beats.count)]
        for beat in batch.beats { arguments += words(for: beat) }
        let shared = sharedFields(batch)
        arguments += [life(batch.action), String(CleanupKeys.auditLimit), String(shared.count)] + shared
        arguments.append(String(batch.entries.count))
        let now = try time()
        for (entry, owner) in zip(batch.entries, owners) {
            arguments += [entry.candidate.ref.description, age(entry.candidate, at: now)]
            arguments += words(for: entry.record.value, sessionFields(entry.candidate.dialect))
            guard owner != nil else {
                arguments.append("alone")
                continue
            }
            arguments += ["owner"] + words(forOwner: entry.record.ownerKey)
        }
        let reply = try call(.remove, [(keys + ownerKeys, arguments)], of: "the removal")[0]
        switch reply.text {
        case "lease": return .refused(.leaseLost)
        case "stopped": return .refused(.stopped)
        case "heartbeat": return .refused(.heartbeatChanged)
        default: return .done(try results(reply.array ?? [], of: batch))
        }
    }

    private func results(
        _ replies: [RedisReply], of batch: RemovalBatch
    ) throws(CleanupFault) -> [RemovalOutcome.Result] {
        let results = replies.compactMap { reply -> RemovalOutcome.Result? in
            switch reply.text {
            case "cleaned": .cleaned
            case "short": .alreadyShort
            // Asked for twice over a connection that was lost, it may be us who removed it.
            case "changed", "gone": .changed
            default: nil
            }
        }
        guard results.count == batch.entries.count else {
            throw .badRecord(key: "the removal", why: "it answered for \(results.count) of \(batch.entries.count)")
        }
        return results
    }

    /// Below zero: it goes at once.
    private func life(_ action: CleanupPolicy.Action) -> String {
        switch action {
        case .delete: "-1"
        case .expire(let seconds): String(Int(seconds * 1000))
        }
    }

    private func age(_ candidate: CleanupCandidate, at now: UnixTime) -> String {
        candidate.createdAt.map { String(Int(max(now - $0, 0))) } ?? ""
    }

    /// What all audit records of a batch say.
    private func sharedFields(_ batch: RemovalBatch) -> [String] {
        [
            "v", "1", "node", batch.owner.node, "boot", batch.owner.boot ?? "", "reason", batch.reason.rawValue,
            "action", batch.action.word, "gone_seconds", String(Int(batch.goneSeconds)), "epoch", String(batch.epoch),
            "by", batch.by, "run", batch.run,
        ]
    }
}

// MARK: - What a key must hold

extension CleanupStore {
    private func words(for beat: FoundBeat) -> [String] {
        if let member = beat.place.member {
            guard case .text(let bytes)? = beat.value else { return ["member", member, "-"] }
            return ["member", member, "+" + text(bytes)]
        }
        guard let value = beat.value else { return ["none"] }
        return words(for: value, heartbeatFields(beat.place.dialect))
    }

    private func words(for value: HeldValue, _ names: [String]) -> [String] {
        switch value {
        case .text(let bytes): ["text", text(bytes)]
        case .fields(let fields):
            ["fields", String(names.count)] + names + fields.map { $0.map { "+" + text($0) } ?? "-" }
        }
    }

    private func words(forOwner bytes: [UInt8]?) -> [String] {
        bytes.map { ["text", text($0)] } ?? ["none"]
    }

    /// Bytes that are no UTF-8 become others here, and so fit nothing: what cannot be said is not removed.
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

// MARK: - In a cluster

extension CleanupStore {
    /// Lease, heartbeats and sessions are on different servers there, and nothing can be asked of all at one instant.
    /// The narrowest there is: the audit first; then, in one round trip, the lease, the stop and the heartbeats once
    /// more; and at once after it each session by a step of its own that insists on its bytes. What can happen in
    /// between is said in `docs/cleanup.md`.
    private mutating func removeInCluster(_ batch: RemovalBatch) throws(CleanupFault) -> RemovalOutcome {
        guard try isLeaseOurs(batch) else { return .refused(.leaseLost) }
        let now = try time()
        _ = try run(batch.entries.map { auditCommand($0.candidate, batch, at: now) }, of: CleanupKeys.audit)
        var outcome = RemovalOutcome.refused(.heartbeatChanged)
        var gone: [Bool] = []
        let candidates = batch.entries.map(\.candidate)
        let again = try look(candidates)
        if try run([["EXISTS", CleanupKeys.stop]], of: CleanupKeys.stop)[0].integer != 0 {
            outcome = .refused(.stopped)
        } else if again.beats == batch.beats {
            let same = zip(again.records, batch.entries).map { $0.0?.ownerKey == $0.1.record.ownerKey }
            guard try isLeaseOurs(batch) else {
                try noteKept(candidates, batch, at: now)
                return .refused(.leaseLost)
            }
            let calls = zip(batch.entries, same).filter(\.1).map { entry, _ in
                (
                    keys: [sessionKey(of: entry.candidate)],
                    arguments: [life(batch.action)]
                        + words(for: entry.record.value, sessionFields(entry.candidate.dialect))
                )
            }
            var replies = calls.isEmpty ? [] : try call(.removeOne, calls, of: "the removal")[...]
            let all = same.map { $0 ? replies.popFirst() ?? .null : .status("changed") }
            gone = all.map { $0.text == "gone" }
            outcome = .done(try results(all, of: batch))
        }
        guard case .done(let results) = outcome else {
            try noteKept(candidates, batch, at: now)
            return outcome
        }
        let kept = zip(candidates, zip(results, gone)).filter { $0.1.0 != .cleaned && !$0.1.1 }
        try noteKept(kept.map(\.0), batch, at: now)
        return outcome
    }

    private mutating func isLeaseOurs(_ batch: RemovalBatch) throws(CleanupFault) -> Bool {
        let arguments = [batch.holder, String(batch.epoch)]
        return try call(.isOurs, [([CleanupKeys.lease], arguments)], of: CleanupKeys.lease)[0].integer == 1
    }

    private mutating func noteKept(
        _ kept: [CleanupCandidate], _ batch: RemovalBatch, at now: UnixTime
    ) throws(CleanupFault) {
        guard !kept.isEmpty else { return }
        _ = try run(kept.map { auditCommand($0, batch, at: now, isKept: true) }, of: CleanupKeys.audit)
    }

    private func auditCommand(
        _ candidate: CleanupCandidate, _ batch: RemovalBatch, at now: UnixTime, isKept: Bool = false
    ) -> [String] {
        var shared = sharedFields(batch)
        if isKept, let place = shared.firstIndex(of: "action") { shared[place + 1] = AuditEntry.Action.kept.rawValue }
        return [
            "XADD", CleanupKeys.audit, "MAXLEN", "~", String(CleanupKeys.auditLimit), "*", "at",
            String(now.milliseconds), "ref", candidate.ref.description, "age_seconds", age(candidate, at: now),
        ] + shared
    }
}
