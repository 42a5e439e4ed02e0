// The verdict on one session, from its key, the view, the heartbeats, the memory and the events.

extension Registry {
    /// Explains one session. `id` is nil if only its ref is known, and no registered session has that ref.
    /// `hearsRequests` says whether any log is read; if not, an absence of refused requests proves nothing.
    /// `aftermaths` may be a second old.
    public func explain(
        _ ref: SessionRef, id: SessionID?, live: LiveRead, aftermaths: Aftermaths, hearsRequests: Bool, at now: UnixTime
    ) -> Explanation {
        let entry = id.flatMap { population.table.find($0, ref: ref) }.map { population.table[$0] }
        let finding = finding(ref, entry, live, at: now)
        var input = ExplanationInput(ref: ref, finding: finding, live: live, now: now)
        input.view = view
        input.session = entry.map { summary(of: $0, at: now) }
        input.ended = entry == nil ? endedSession(ref) : nil
        input.owner = finding.owner.map { ownerNow($0) }
        input.refused = failures(of: ref, at: now)
        input.created = testimony.ownersSeenBeforeRead.sighting(of: ref, at: now).map { (node: $0.node, time: $0.time) }
        input.lastCheck = lastCheck
        input.memorySince = population.memorySince
        input.hearsRequests = hearsRequests
        input.renewedSeconds = liveness.renewedSeconds(ref)
        input.isIDKnown = id != nil
        (input.deadAfterSeconds, input.proofSeconds) = (policy.deadAfterSeconds, policy.proofSeconds)
        if let owner = input.owner, let node = nodeSummary(named: owner.node, at: now) {
            input.suspicions = node.suspicions
            input.unreached = unreached(node: owner.node, at: now)
            input.silentWorker = node.silentWorker.flatMap { $0.boot?.text == owner.boot ? $0 : nil }
            input.takingTurns = node.takingTurns
            input.clockOffsetSeconds = node.clockOffsetSeconds
        }
        input.aftermath = aftermath(of: finding, input.ended, among: aftermaths)
        return input.explanation
    }

    private func aftermath(of finding: SessionFinding, _ ended: EndedSession?, among aftermaths: Aftermaths)
        -> Aftermath?
    {
        if let ended { return aftermaths.of(ended.ending, endedAt: ended.endedAt) }
        guard let owner = finding.owner, let reason = OrphanReason(rawValue: finding.verdict.rawValue) else {
            return nil
        }
        return aftermaths.of(node: owner.node, boot: owner.boot, reason)
    }

    // MARK: - Finding

    /// Returns the verdict by the newest source: the key as it was just read, else the view, else the memory.
    private func finding(_ ref: SessionRef, _ entry: SessionEntry?, _ live: LiveRead, at now: UnixTime)
        -> SessionFinding
    {
        switch live {
        case .present(let record, _): return finding(of: record, entry, ref, at: now)
        case .absent: return entry.map { findingOfGone($0, at: now) } ?? findingOfUnregistered(ref, at: now)
        case .notRead:
            guard view.isComplete else {
                return SessionFinding(.unverified, owner: entry.flatMap { ownerPart(of: $0) })
            }
            return entry.map { finding(of: $0, ref, at: now) } ?? findingOfUnregistered(ref, at: now)
        }
    }

    /// Returns the verdict on a registered session, by its key as it was just read. The entry adds what a record cannot
    /// show: a denial by its owner, and an owner that was learnt.
    private func finding(
        of record: LiveRecord, _ entry: SessionEntry?, _ ref: SessionRef, at now: UnixTime
    ) -> SessionFinding {
        if let malformation = record.malformation { return SessionFinding(.malformed, malformation: malformation) }
        if let entry, isSameOwner(record.owner, entry) { return finding(of: entry, ref, at: now) }
        guard let name = record.owner else { return SessionFinding(.unowned, unowned: .noOwner) }
        let nodeName = String(decoding: name.node, as: UTF8.self)
        let boot = name.boot.map { String(decoding: $0, as: UTF8.self) }
        guard let node = liveness.number(of: nodeName) else {
            // The owner is so new that no check of the heartbeats has asked for it yet.
            var finding = SessionFinding(.live, owner: SessionFinding.OwnerPart(node: nodeName, boot: boot))
            finding.isOwnerOfUnknownBoot = true
            return finding
        }
        // The last check may be older than the process, so it cannot tell a new process from one that is gone. The next
        // check can.
        let owner = Owner(
            node: node, boot: boot.map { Boot($0) }, isAdoptable: false, metAfterCheck: liveness.checksBegun)
        let created = UInt32(clamping: (record.createdAt?.milliseconds ?? 0) / 1000)
        var finding = finding(of: owner, created: created, isDenied: false, ref, at: now)
        finding.isOwnerOfUnknownBoot = boot != liveness.nodes[node].heartbeat?.boot?.text
        return finding
    }

    private func isSameOwner(_ name: OwnerName?, _ entry: SessionEntry) -> Bool {
        guard entry.malformation == nil else { return false }
        let known = population.owners[entry.owner]
        guard let name else { return entry.owner == 0 || known.isLearnt }
        return entry.owner != 0 && !known.isLearnt && liveness.nodes[known.node].name.utf8.elementsEqual(name.node)
            && known.boot.map { Array($0.text.utf8) } == name.boot
    }

    /// Returns the verdict on a session as the view has it.
    private func finding(of entry: SessionEntry, _ ref: SessionRef, at now: UnixTime) -> SessionFinding {
        if let malformation = entry.malformation { return SessionFinding(.malformed, malformation: malformation) }
        guard entry.owner != 0 else { return SessionFinding(.unowned, unowned: .noOwner) }
        return finding(
            of: population.owners[entry.owner], created: entry.created, isDenied: entry.isDenied, ref, at: now)
    }

    private func finding(
        of owner: Owner, created: UInt32, isDenied: Bool, _ ref: SessionRef, at now: UnixTime
    ) -> SessionFinding {
        let part = part(of: owner)
        let fate = liveness.fateOfProcess(of: owner)
        let state = fate.state(created: created, isDenied: isDenied)
        var finding = SessionFinding(.live, owner: part)
        finding.since = owner.orphanedSince(state, fate)
        if case .decidedByAge = fate { finding.isDecidedByAge = true }
        switch state {
        case .orphaned(let reason): finding.verdict = Verdict(reason)
        case .unowned(let reason): (finding.verdict, finding.unowned) = (.unowned, reason)
        case .malformed: finding.verdict = .malformed
        case .owned: noteRefusals(&finding, owner, created, ref, at: now)
        }
        // Any node may rebuild it, so the fate of its owner does not explain a lasting refusal.
        if owner.isAdoptable, finding.since != nil, failures(of: ref, at: now)?.refused ?? 0 == 0 {
            (finding.verdict, finding.since) = (.live, nil)
        }
        return finding
    }

    /// Puts the last refused request into the finding about a session whose owner exists. The request must not be older
    /// than the session, nor followed by a served one. It was misrouted only if the owner is proven alive since.
    private func noteRefusals(
        _ finding: inout SessionFinding, _ owner: Owner, _ created: UInt32, _ ref: SessionRef, at now: UnixTime
    ) {
        if let waiting = testimony.pending.last(of: ref), waiting.servedAt == nil {
            (finding.verdict, finding.cause) = (waiting.judgement.verdict, waiting.judgement.cause)
            (finding.refusedBy, finding.pendingSince) = (waiting.judgement.node, waiting.since)
            return
        }
        guard let failures = failures(of: ref, at: now), failures.refused > 0, let last = failures.recent.last,
            now - last.time <= ExplanationInput.freshRefusalSeconds,
            last.time.milliseconds / 1000 >= Int64(created) - Int64(policy.maxClockSkewSeconds)
        else { return }
        switch (last.verdict, last.node) {
        case (.misrouted, _): break
        // Its record was rewritten since, or the line was older than the record.
        case (.ownerDenies, _): return
        // The request was judged when more was wrong, or nothing was known. What remains is that another node was
        // asked.
        case (_, let node?) where node != finding.owner?.node: break
        default: return
        }
        (finding.verdict, finding.cause, finding.refusedBy) = (.misrouted, last.cause, last.node)
        let first = last.cause == nil ? nil : failures.firstCause
        finding.firstCause = first == last.cause ? nil : first
        if !liveness.isAlive(owner, provenAfter: last.time) { finding.isUnproven = true }
    }

    /// Returns the verdict on a session that the view has and whose key is gone. Only its deadline shows how it ended.
    private func findingOfGone(_ entry: SessionEntry, at now: UnixTime) -> SessionFinding {
        var finding = SessionFinding(entry.isExpired(at: now) ? .expired : .closed, owner: ownerPart(of: entry))
        finding.isEndGuessed = true
        return finding
    }

    private func findingOfUnregistered(_ ref: SessionRef, at now: UnixTime) -> SessionFinding {
        guard let end = endedSession(ref) else { return SessionFinding(.neverSeen) }
        var finding = SessionFinding(Verdict(end.ending))
        finding.owner = end.node.map { SessionFinding.OwnerPart(node: $0, boot: end.boot) }
        finding.since = end.endedAt
        return finding
    }

    private func ownerPart(of entry: SessionEntry) -> SessionFinding.OwnerPart? {
        guard entry.malformation == nil, entry.owner != 0 else { return nil }
        return part(of: population.owners[entry.owner])
    }

    private func part(of owner: Owner) -> SessionFinding.OwnerPart {
        SessionFinding.OwnerPart(
            node: liveness.nodes[owner.node].name, boot: owner.boot?.text, isLearnt: owner.isLearnt,
            isAdoptable: owner.isAdoptable)
    }

    private func ownerNow(_ part: SessionFinding.OwnerPart) -> Explanation.Owner {
        guard let node = liveness[part.node] else {
            return Explanation.Owner(node: part.node, boot: part.boot, status: .unknown, isLearnt: part.isLearnt)
        }
        return Explanation.Owner(
            node: part.node, boot: part.boot, status: node.status, bootNow: node.heartbeat?.boot?.text,
            startedAt: node.startedAt, lastHeartbeatAt: node.lastHeartbeatAt, isLearnt: part.isLearnt)
    }
}
