/// How the sessions that are gone came to their end: the latest of them, by ref, never by id.
struct EndedMemory: Sendable {
    /// Sessions remembered; then the oldest is forgotten for each new one. Full, they take about 12 MB.
    static let limit = 1 << 18

    struct Record: Sendable {
        var ref: SessionRef
        /// Whole seconds since the epoch.
        var endedAt: UInt32
        var created: UInt32
        /// 0 where it was not known, or was forgotten since.
        var owner: UInt32
        var ending: Ending
        /// Its owner was gone then.
        var wasOrphan = false
        /// For how many seconds before the end was noted it is not known whether the session was still there.
        var doubt: UInt16 = 0

        var time: UnixTime { UnixTime(milliseconds: Int64(endedAt) * 1000) }
    }

    private var records: [Record] = []
    /// Where the next one goes once the memory is full: the oldest stands there.
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
            // It may have been forgotten, and stand anew at another place, since.
            if places[records[next].ref] == Int32(next) { places[records[next].ref] = nil }
            places[record.ref] = Int32(next)
            records[next] = record
            next = (next + 1) % Self.limit
        }
    }

    /// A session that is there again is not at its end.
    mutating func forget(_ ref: SessionRef) {
        if !places.isEmpty { places[ref] = nil }
    }

    /// Notes that a session that ended was cleaned, or that one was of which nothing is known.
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

/// How a session ended: the `reason` label of `mcp_registry_sessions_ended_total`.
public enum Ending: String, Sendable, CaseIterable {
    /// Its key was deleted.
    case closed
    /// Its time to live ran out.
    case expired
    /// Redis dropped it for want of memory.
    case evicted
    /// Removed by cleanup.
    case cleaned
    /// Gone in bulk: a flush, or a failover to a server without it.
    case vanished
}

/// The end of a session that is gone.
public struct EndedSession: Sendable, Equatable {
    public var ref: SessionRef
    public var ending: Ending
    public var endedAt: UnixTime
    /// For how many seconds before that it is not known whether it was still there.
    public var doubtSeconds = 0
    public var createdAt: UnixTime?
    public var node: String?
    public var boot: String?
}
