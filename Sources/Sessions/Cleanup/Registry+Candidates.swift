// From the owners that may be cleaned to their sessions, and back to what became of them.

extension Registry {
    /// The next sessions of these owners, from some shelves on; `shelf` ends at ``shelfCount``. Looks at no more than
    /// ``stepShelves`` at a time, which bounds how long a scrape can wait. Sessions that were renewed of late are left out.
    func candidates(
        of going: [SessionOwner: OrphanReason], _ policy: CleanupPolicy, from shelf: inout Int
    ) -> [CleanupCandidate] {
        let parts = goingParts(going, policy)
        let end = min(shelf + Self.stepShelves, table.shelfCount)
        defer { shelf = end }
        var candidates: [CleanupCandidate] = []
        for number in shelf..<end where !table.isEmpty(shelf: number) {
            for entry in table.shelves[number] where entry.malformation == nil {
                guard let part = parts[entry.owner], part.takes(entry, renewed: renewedSeconds(entry.ref)) else {
                    continue
                }
                candidates.append(
                    CleanupCandidate(
                        id: table.id(of: entry), ref: entry.ref, dialect: Int(entry.dialect), owner: part.name,
                        reason: part.reason, createdAt: Self.time(entry.created), expiresAt: Self.time(entry.expires)))
            }
        }
        return candidates
    }

    /// Whether its session was renewed or written anew of late.
    func isRenewed(_ candidate: CleanupCandidate, within seconds: Double) -> Bool {
        renewedSeconds(candidate.ref).map { $0 < seconds } ?? false
    }

    /// Sessions of one owner that may go.
    private struct GoingPart {
        var name: SessionOwner
        var reason: OrphanReason
        /// The dialects under whose heartbeat keys the evidence was seen; nil for all.
        var dialects: Set<Int>?
        var requiredSeconds: Double

        func takes(_ entry: SessionEntry, renewed: Double?) -> Bool {
            if let renewed, renewed < requiredSeconds { return false }
            return dialects?.contains(Int(entry.dialect)) ?? true
        }
    }

    private func goingParts(_ going: [SessionOwner: OrphanReason], _ policy: CleanupPolicy) -> [UInt32: GoingPart] {
        var parts: [UInt32: GoingPart] = [:]
        for (index, owner) in owners.enumerated() where owner.node >= 0 && owner.sessions > 0 {
            let name = name(of: owner)
            guard !owner.isLearnt, !owner.isAdoptable, let reason = going[name], end(of: owner)?.reason == reason else {
                continue
            }
            let standing = evidence.standing(of: name, policy, self.policy)
            parts[UInt32(index)] = GoingPart(
                name: name, reason: reason, dialects: dialects(of: name, reason, standing),
                requiredSeconds: standing.requiredSeconds)
        }
        return parts
    }

    /// Under whose heartbeat keys an owner was seen, or the one that took its place: nodes of two dialects may share a
    /// name. A dialect without heartbeats of its own is judged by those of the others.
    private func dialects(of owner: SessionOwner, _ reason: OrphanReason, _ standing: OwnerStanding) -> Set<Int>? {
        guard !heartbeatDialects.isEmpty, standing.attestation == nil else { return nil }
        let living = nodeIndex[owner.node].flatMap { nodes[$0].heartbeat?.boot }
        let witness = reason == .ownerRestarted ? SessionOwner(node: owner.node, boot: living) : owner
        let seen = evidence.knownOwner(witness)?.dialects ?? []
        return seen.union((0...Int(UInt8.max)).filter { !heartbeatDialects.contains($0) })
    }

    /// Takes in what a look at an owner's sessions found of its heartbeats, whatever the run makes of it: one that speaks for
    /// it may be gone again at the next check.
    public mutating func hear(_ look: RemovalLook, of owner: SessionOwner) {
        if speaks(look.beats, for: owner) { noteLife(of: owner) }
    }

    /// A heartbeat for which the server refuses may have been the owner's own, and gone at the next look. That of another boot
    /// is written again and again: there the next look decides.
    public mutating func noteRefused(_ outcome: RemovalOutcome, of batch: RemovalBatch) {
        if outcome == .refused(.heartbeatChanged), batch.reason != .ownerRestarted { noteLife(of: batch.owner) }
    }

    /// A removal that the server did not answer to may have been refused for its heartbeat: the owner's silence begins anew.
    public mutating func noteLife(of owner: SessionOwner) { evidence.noteLife(of: owner) }

    /// Where ``candidates(of:_:from:)`` ends.
    var shelfCount: Int { table.shelfCount }

    /// Whether any of these heartbeats, as they stand in Redis now, speaks for an owner that is held to be gone: that is
    /// all but another boot's, and the very one that has been standing there unchanged.
    func speaks(_ beats: [FoundBeat], for owner: SessionOwner) -> Bool {
        let found = beats.filter { $0.value != nil }
        let observed = evidence.nodes[owner.node]
        let didAnotherBootWrite = found.contains { beat in
            guard let boot = owner.boot, let living = beat.heartbeat?.boot else { return false }
            return boot.relation(to: living) == .different && observed?.isUnchanged(beat) != true
        }
        return found.contains { beat in
            guard let heartbeat = beat.heartbeat, heartbeat.malformation == nil else { return true }
            if observed?.isUnchanged(beat) == true { return false }
            guard let boot = owner.boot, let living = heartbeat.boot else {
                // A boot that wrote its own key since the last check wrote the node's member too. If its key is as it was,
                // the member is somebody else's.
                return !(didAnotherBootWrite && heartbeat.boot == nil && beat.place.member != nil)
            }
            return boot.relation(to: living) != .different
        }
    }
}

// MARK: - What was cleaned

extension Registry {
    /// Notes that these sessions are being cleaned, here or by another replica: when they end, that is how. What ended
    /// already ended that way. `secondsLeft`: how long they are left to live at most; zero where their keys are removed.
    public mutating func noteCleaned(_ refs: some Sequence<SessionRef>, secondsLeft: Double, at time: UnixTime) {
        // A second for the way to the server, and one for rounding.
        let latest = secondsLeft > 0 ? UInt32(clamping: Int64(min(time.seconds + secondsLeft, 1e12)) + 2) : 0
        for ref in refs {
            if table.first(of: ref) != nil {
                cleaning.insert(ref, latestEnd: latest)
            } else {
                let seconds = UInt32(clamping: time.milliseconds / 1000)
                let record = ended.record(of: ref)
                if let record { correctLetGo(record) }
                if record?.ending != .cleaned {
                    let endedAt = record?.endedAt ?? seconds
                    sharedEnds.note(.cleaned, at: UnixTime(milliseconds: Int64(endedAt) * 1000))
                }
                ended.noteCleaned(ref, at: seconds)
            }
        }
    }

    /// These were left after all.
    public mutating func noteKept(_ refs: some Sequence<SessionRef>) {
        for ref in refs { cleaning.remove(ref) }
    }

    /// Somebody touched these after they were judged: each begins a grace of its own.
    public mutating func noteTouched(_ refs: some Sequence<SessionRef>) {
        for ref in refs {
            if let position = table.first(of: ref) { noteRenewal(table[position]) }
        }
    }
}

/// Sessions that were cleaned and whose end has not been seen yet: bounded, since one that was only left little to live
/// may take its time.
struct CleaningMemory: Sendable {
    /// Refs of one generation; two are kept.
    static let limit = 1 << 16

    /// Unix seconds by which each ends at the latest, where its key is not removed at once; else 0.
    private var young: [SessionRef: UInt32] = [:]
    private var old: [SessionRef: UInt32] = [:]

    var isEmpty: Bool { young.isEmpty && old.isEmpty }

    mutating func insert(_ ref: SessionRef, latestEnd: UInt32) {
        // Our own audit record says less than we know.
        let known = young[ref] ?? old[ref] ?? latestEnd
        if young.count >= Self.limit { (old, young) = (young, [:]) }
        young[ref] = min(known, latestEnd)
    }

    mutating func remove(_ ref: SessionRef) {
        young[ref] = nil
        old[ref] = nil
    }

    func contains(_ ref: SessionRef) -> Bool { young[ref] != nil || old[ref] != nil }

    /// Whether cleanup leaves a session no longer to live than until then, in Unix seconds.
    func shortens(_ ref: SessionRef, to end: UInt32) -> Bool { (young[ref] ?? old[ref]).map { end <= $0 } ?? false }
}
