/// The latest ends of sessions that are gone, by ref and never by id.
struct EndedMemory: Sendable {
    /// The number of sessions remembered. Beyond it each new one replaces the oldest. A full memory takes about 12 MB.
    static let limit = 1 << 18

    struct Record: Sendable {
        var ref: SessionRef
        /// Whole seconds since the epoch.
        var endedAt: UInt32
        var created: UInt32
        /// 0 if it was unknown, or forgotten since.
        var owner: UInt32
        var ending: Ending
        /// True if its owner was gone then.
        var wasOrphan = false
        /// The seconds before the noted end in which the session may already have been gone.
        var doubt: UInt16 = 0

        var time: UnixTime { UnixTime(milliseconds: Int64(endedAt) * 1000) }
    }

    private var records: [Record] = []
    /// The place of the next record once the memory is full; the oldest record is there.
    private var next = 0
    private var places: [SessionRef: Int32] = [:]

    var count: Int { places.count }

    func record(of ref: SessionRef) -> Record? { places[ref].map { records[Int($0)] } }

    mutating func add(_ record: Record) {
        if let place = places[record.ref] {
            records[Int(place)] = record
        } else if records.count < Self.limit {
            places[record.ref] = Int32(records.count)
            records.append(record)
        } else {
            // The record may have been forgotten since, and its session stored at another place.
            if places[records[next].ref] == Int32(next) { places[records[next].ref] = nil }
            places[record.ref] = Int32(next)
            records[next] = record
            next = (next + 1) % Self.limit
        }
    }

    /// Forgets the end of a session that exists again.
    mutating func forget(_ ref: SessionRef) {
        if !places.isEmpty { places[ref] = nil }
    }

    /// Notes that a session that ended was removed by cleanup, or that one was of which nothing else is known.
    mutating func noteCleaned(_ ref: SessionRef, at seconds: UInt32) {
        if let place = places[ref] {
            records[Int(place)].ending = .cleaned
        } else {
            add(Record(ref: ref, endedAt: seconds, created: 0, owner: 0, ending: .cleaned))
        }
    }

    mutating func updateOwners(_ update: (UInt32) -> UInt32) {
        for index in records.indices { records[index].owner = update(records[index].owner) }
    }
}
