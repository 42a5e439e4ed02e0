/// How sessions came to their end: the latest that are gone, those that ended together, and what an end will mean that
/// has not been seen yet.
struct Ends: Sendable {
    private(set) var memory = EndedMemory()
    private(set) var shared = SharedEnds()
    /// Sessions that cleanup removes.
    private(set) var cleaning = CleaningMemory()
    /// Keys that Redis says it evicted since the last look: as many sessions that are gone without a reason may be among
    /// them.
    var evictions = 0

    /// How a session ended whose key is not there any more.
    mutating func ending(of entry: SessionEntry, at now: UnixTime) -> Ending {
        if !cleaning.isEmpty, cleaning.contains(entry.ref) {
            cleaning.remove(entry.ref)
            return .cleaned
        }
        if entry.isExpired(at: now) { return .expired }
        guard evictions > 0 else { return .closed }
        evictions -= 1
        return .evicted
    }

    mutating func note(_ record: EndedMemory.Record) {
        shared.note(record.ending, at: record.time)
        memory.add(record)
    }

    /// A session that is registered again is not at its end, and is not being cleaned.
    mutating func noteRegistered(_ ref: SessionRef) {
        if memory.count > 0, let record = memory.record(of: ref) {
            shared.noteReturn(record.ending, endedAt: record.time)
            memory.forget(ref)
        }
        noteKept(ref)
    }

    /// A registered session is being cleaned; `latestEnd` as in ``CleaningMemory``.
    mutating func noteCleaning(_ ref: SessionRef, latestEnd: UInt32) { cleaning.insert(ref, latestEnd: latestEnd) }

    /// A session that was to be cleaned is not.
    mutating func noteKept(_ ref: SessionRef) {
        if !cleaning.isEmpty { cleaning.remove(ref) }
    }

    /// A session that is gone was cleaned. Gives what was known of its end.
    mutating func noteCleaned(_ ref: SessionRef, at time: UnixTime) -> EndedMemory.Record? {
        let seconds = UInt32(clamping: time.milliseconds / 1000)
        let record = memory.record(of: ref)
        if record?.ending != .cleaned {
            shared.note(.cleaned, at: UnixTime(milliseconds: Int64(record?.endedAt ?? seconds) * 1000))
        }
        memory.noteCleaned(ref, at: seconds)
        return record
    }

    /// Whether cleanup left a session less to live, and nothing else happened to it. After Redis' clock was set back, a
    /// renewal lets it end earlier as well.
    func isOurShortening(_ entry: SessionEntry, of old: SessionEntry) -> Bool {
        !cleaning.isEmpty && entry.isShortened(from: old) && cleaning.shortens(entry.ref, to: entry.expires)
    }

    mutating func updateOwners(_ update: (UInt32) -> UInt32) { memory.updateOwners(update) }
}
