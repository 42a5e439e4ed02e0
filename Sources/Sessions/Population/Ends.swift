/// The ends of sessions: the latest ones, those that sessions share, and those that cleanup will cause.
struct Ends: Sendable {
    private(set) var memory = EndedMemory()
    private(set) var shared = SharedEnds()
    /// The sessions that cleanup acts on.
    private(set) var cleaning = CleaningMemory()
    /// The number of keys that Redis reports as evicted since the last check. As many of the sessions that are gone for
    /// no known reason may be among them.
    var evictions = 0

    /// Returns how a session ended whose key no longer exists.
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

    /// Notes that a session is registered again: it has not ended, and cleanup does not act on it.
    mutating func noteRegistered(_ ref: SessionRef) {
        if memory.count > 0, let record = memory.record(of: ref) {
            shared.noteReturn(record.ending, endedAt: record.time)
            memory.forget(ref)
        }
        noteKept(ref)
    }

    /// Notes that cleanup acts on a registered session; `latestEnd` as in ``CleaningMemory``.
    mutating func noteCleaning(_ ref: SessionRef, latestEnd: UInt32, at time: UnixTime) {
        cleaning.insert(ref, latestEnd: latestEnd, at: time)
    }

    /// Notes that cleanup leaves a session on which it meant to act.
    mutating func noteKept(_ ref: SessionRef) {
        if !cleaning.isEmpty { cleaning.remove(ref) }
    }

    /// Notes that cleanup removed a session that is gone. Returns what was known of its end.
    mutating func noteCleaned(_ ref: SessionRef, at time: UnixTime) -> EndedMemory.Record? {
        let seconds = UInt32(clamping: time.milliseconds / 1000)
        let record = memory.record(of: ref)
        if record?.ending != .cleaned {
            shared.note(.cleaned, at: UnixTime(milliseconds: Int64(record?.endedAt ?? seconds) * 1000))
        }
        memory.noteCleaned(ref, at: seconds)
        return record
    }

    /// Returns whether cleanup shortened a session's TTL and nothing else happened to it. After Redis' clock was set
    /// back, a renewal also makes it end earlier.
    func isOurShortening(_ entry: SessionEntry, of old: SessionEntry) -> Bool {
        !cleaning.isEmpty && entry.isShortened(from: old) && cleaning.shortens(entry.ref, to: entry.expires)
    }

    mutating func updateOwners(_ update: (UInt32) -> UInt32) { memory.updateOwners(update) }
}
