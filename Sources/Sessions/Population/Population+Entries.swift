// The conversion of a session as it was read to the form in which it is kept.

extension Population {
    /// Makes the entry of a session. `names` holds the numbers that the batch's names have here. It is inlined, since a
    /// full scan calls it for each session.
    @inline(__always)
    func entry(for session: ObservedSession, _ names: RecordNames.Known, shard: Int) -> SessionEntry {
        var entry = SessionEntry(ref: session.ref)
        entry.dialect = UInt8(clamping: session.dialect)
        entry.shard = UInt8(clamping: shard)
        entry.seenBy = shards[shard].fullScanNumber
        // The time is rounded up, so that a session never looks expired before it is.
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

    /// Returns the entry as read, with what events have shown of the session before. A denial stays while the value is
    /// the one that the owner denied, and a learnt owner stays while the value names none.
    func keepingWhatEventsTold(of old: SessionEntry, in read: SessionEntry) -> SessionEntry {
        var entry = read
        guard entry.malformation == nil, old.malformation == nil else { return entry }
        if entry.owner == 0, owners[old.owner].isLearnt { entry.owner = old.owner }
        if old.isDenied, entry.hasValue(of: old) { entry.isDenied = true }
        return entry
    }
}
