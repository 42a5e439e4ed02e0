// From a session as it was read to the form in which it is kept.

extension Population {
    /// `names`: the places of the batch's names here. Inlined, since a full scan asks for each session.
    @inline(__always)
    func entry(for session: ObservedSession, _ names: RecordNames.Known, shard: Int) -> SessionEntry {
        var entry = SessionEntry(ref: session.ref)
        entry.dialect = UInt8(clamping: session.dialect)
        entry.shard = UInt8(clamping: shard)
        entry.seenBy = shards[shard].fullScanNumber
        // Rounded up: a session must not look expired before it is.
        entry.expires = session.expiresAt.map { UInt32(clamping: ($0.milliseconds + 999) / 1000) } ?? 0
        switch session.content {
        case .gone: break
        case .malformed(let malformation): entry.malformation = malformation
        case .value(let value):
            entry.created = value.createdAt.map { UInt32(clamping: $0.milliseconds / 1000) } ?? 0
            entry.lastSeen = value.lastSeen.map { UInt32(clamping: $0.milliseconds / 1000) } ?? 0
            entry.client = names.clients[Int(value.client)]
            entry.owner = names.owners[Int(value.owner)]
        }
        return entry
    }

    /// What was read, with what events told of the session before: as long as its value is the same that the owner
    /// denied, and names no owner in place of the one learnt.
    func keepingWhatEventsTold(of old: SessionEntry, in read: SessionEntry) -> SessionEntry {
        var entry = read
        guard entry.malformation == nil, old.malformation == nil else { return entry }
        if entry.owner == 0, owners[old.owner].isLearnt { entry.owner = old.owner }
        if old.isDenied, entry.hasValue(of: old) { entry.isDenied = true }
        return entry
    }
}
