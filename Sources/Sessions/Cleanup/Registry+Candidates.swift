// From the owners that may be cleaned to their sessions, and back to what became of them.

extension Registry {
    /// The next sessions of these owners, from some shelves on; `shelf` ends at ``shelfCount``. Looks at no more than
    /// ``stepShelves`` at a time, which bounds how long a scrape can wait.
    func candidates(
        of going: [GoneOwnerName: OrphanReason], from shelf: inout Int
    ) -> [CleanupCandidate] {
        var byOwner: [UInt32: (name: GoneOwnerName, reason: OrphanReason)] = [:]
        for (index, owner) in owners.enumerated() where owner.node >= 0 && owner.sessions > 0 {
            guard let part = gonePart(of: owner), let reason = going[part.name], reason == part.reason else { continue }
            byOwner[UInt32(index)] = (part.name, reason)
        }
        let end = min(shelf + Self.stepShelves, table.shelfCount)
        defer { shelf = end }
        var candidates: [CleanupCandidate] = []
        for number in shelf..<end where !table.isEmpty(shelf: number) {
            for entry in table.shelves[number] where entry.malformation == nil {
                guard let owner = byOwner[entry.owner], isGone(entry, owner.name) else { continue }
                candidates.append(
                    CleanupCandidate(
                        id: table.id(of: entry), ref: entry.ref, dialect: Int(entry.dialect), owner: owner.name,
                        reason: owner.reason, createdAt: Self.time(entry.created), lastSeen: Self.time(entry.lastSeen)))
            }
        }
        return candidates
    }

    /// Of an owner without boots only what is older than its present process, and shows no later sign of life.
    private func isGone(_ entry: SessionEntry, _ owner: GoneOwnerName) -> Bool {
        guard let before = owner.createdBefore else { return true }
        return entry.created != 0 && entry.created < before
            && Double(entry.lastSeen) <= Double(before) + signMarginSeconds
    }

    /// Where ``candidates(of:from:)`` ends.
    var shelfCount: Int { table.shelfCount }

    /// Whether any of these heartbeats, as they stand in Redis now, speaks for an owner that is held to be gone: that is
    /// all but another boot's, a later process', and the very one that was judged dead.
    func speaks(_ beats: [FoundBeat], for owner: GoneOwnerName) -> Bool {
        let found = beats.filter { $0.value != nil }
        let node = nodeIndex[owner.node].map { nodes[$0] }
        let isAnotherBootThere = found.contains { beat in
            owner.boot != nil && beat.heartbeat?.boot != nil && beat.heartbeat?.boot != owner.boot
        }
        return found.contains { beat in
            guard let heartbeat = beat.heartbeat, heartbeat.malformation == nil else { return true }
            if let node, node.status == .dead, let seenAt = heartbeat.seenAt, node.heartbeat?.seenAt == seenAt,
                node.heartbeat?.boot == heartbeat.boot
            {
                return false
            }
            if let boot = owner.boot, let living = heartbeat.boot { return boot == living }
            if let before = owner.createdBefore, let start = heartbeat.startedAt {
                return (start - policy.maxClockSkewSeconds).milliseconds / 1000 < Int64(before)
            }
            // It names no boot: then it is the other one's, where one is there.
            return !isAnotherBootThere
        }
    }
}

// MARK: - What was cleaned

extension Registry {
    /// Notes that these sessions are being cleaned, here or by another replica: when they end, that is how. What ended
    /// already ended that way.
    public mutating func noteCleaned(_ refs: some Sequence<SessionRef>, at time: UnixTime) {
        for ref in refs {
            let position = table.lowerBound(ref)
            let isThere =
                position.index < table.shelves[position.shelf].count && table[position].ref == ref
            if isThere {
                cleaning.insert(ref)
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
}

/// Sessions that were cleaned and whose end has not been seen yet: bounded, since one that was only left little to live
/// may take its time.
struct CleaningMemory: Sendable {
    /// Refs of one generation; two are kept.
    static let limit = 1 << 16

    private var young: Set<SessionRef> = []
    private var old: Set<SessionRef> = []

    var isEmpty: Bool { young.isEmpty && old.isEmpty }

    mutating func insert(_ ref: SessionRef) {
        if young.count >= Self.limit { (old, young) = (young, []) }
        young.insert(ref)
    }

    mutating func remove(_ ref: SessionRef) {
        young.remove(ref)
        old.remove(ref)
    }

    func contains(_ ref: SessionRef) -> Bool { young.contains(ref) || old.contains(ref) }
}
