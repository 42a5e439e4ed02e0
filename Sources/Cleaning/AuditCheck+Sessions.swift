import Sessions

// The fate of each session that a run removed.

extension AuditCheck {
    mutating func takeRemoval(_ entry: AuditEntry) {
        result.removed += entry.refs.count
        let index = records.count - 1
        runs[entry.run]?.removals.append(index)
        checkAttested(entry)
        var early = 0
        for ref in Set(entry.refs) {
            if isTooEarly(entry, ref) { early += 1 }
            removed[SessionOfRun(ref: ref, run: entry.run)] = Removed(record: index)
            latest[ref] = entry.run
        }
        guard early > 0 else { return }
        let found = "\(early) of its \(entry.refs.count) sessions were removed less than cleanup.grace before"
        if terms.isCluster {
            doubt(.repeated, entry.id, Self.clusterDoubt)
        } else {
            violate(.repeated, entry.id, found)
        }
    }

    /// True if a session that was deleted is removed again before it could have been judged anew. Cleanup may remove a
    /// session twice, since a node may register it anew; but then it has a grace of its own.
    private func isTooEarly(_ entry: AuditEntry, _ ref: SessionRef) -> Bool {
        guard let run = latest[ref], let before = removed[SessionOfRun(ref: ref, run: run)], before.state == .removed,
            records[before.record].action == .delete, clockSteps[before.record] == clockSteps[records.count - 1]
        else { return false }
        let last = records[before.record].at
        // A clock that is set back a little makes the time between them look shorter.
        let least = terms.policy.graceSeconds - terms.policy.maxSkewSeconds
        return terms.since.map { last >= $0 } ?? true && entry.at - last < least
    }

    private mutating func checkAttested(_ entry: AuditEntry) {
        guard let by = entry.attestedBy else { return }
        let attested = (attestations[entry.node] ?? []).contains { $0.attestedBy == by && $0.owner.covers(entry.owner) }
        guard !attested else { return }
        // A daemon remembers an attestation, and writes it again after Redis lost it.
        if terms.attested.contains(where: { $0.by == by && $0.owner.covers(entry.owner) }) {
            return doubt(.attested, entry.id, Self.lostAttestationDoubt)
        }
        suspects.append(.init(place: entry.id, rule: .attested, found: "no record before it attests that by \(by)"))
    }

    mutating func takeKept(_ entry: AuditEntry) {
        result.kept += entry.refs.count
        takeBack(entry, as: .kept, .kept)
    }

    mutating func takeRestored(_ entry: AuditEntry) {
        result.restored += entry.refs.count
        takeBack(entry, as: .restored, .restored)
    }

    /// Takes a record of sessions that stayed or are back: its run must have removed each of them, and once only.
    private mutating func takeBack(_ entry: AuditEntry, as state: Removed.State, _ rule: AuditRule) {
        let (missing, repeated) = change(entry, to: state)
        if missing > 0 {
            let found =
                "\(missing) of its \(entry.refs.count) sessions were not removed by run \(entry.run), or of another owner"
            suspect(rule, entry, found)
        }
        if repeated > 0 {
            violateUnlessCluster(rule, entry.id, "\(repeated) of its sessions were kept or restored before")
        }
    }

    /// Notes that sessions stayed or are back. Counts those that its run did not remove from that owner, and those that had
    /// stayed or were back already.
    private mutating func change(_ entry: AuditEntry, to state: Removed.State) -> (missing: Int, repeated: Int) {
        var (missing, repeated) = (0, 0)
        for ref in Set(entry.refs) {
            let key = SessionOfRun(ref: ref, run: entry.run)
            guard var session = removed[key], records[session.record].isSameOwner(as: entry) else {
                missing += 1
                continue
            }
            if session.state != .removed { repeated += 1 }
            session.state = state
            removed[key] = session
        }
        return (missing, repeated)
    }
}

extension AuditEntry {
    func isSameOwner(as other: AuditEntry) -> Bool {
        node == other.node && boot == other.boot && reason == other.reason
    }
}

extension SessionOwner {
    /// True if what is attested of this owner, or of all boots of its node, holds for that one.
    fileprivate func covers(_ other: SessionOwner) -> Bool {
        guard node == other.node else { return false }
        guard let boot else { return true }
        return other.boot.map { boot.relation(to: $0) == .same } ?? false
    }
}
