/// The recently refused requests, by session. The memory is bounded, even if somebody sends ids that never existed.
struct FailureMemory: Sendable {
    /// The number of sessions remembered. Beyond it, each new one replaces the one whose last failure arrived first.
    static let limit = 16_384
    /// The refused requests, and the seconds that they must span, after which a session is stuck. The last of them must
    /// be recent.
    static let stuckRequests = 3
    static let stuckSeconds = 60.0
    /// The age up to which a failure is recent, for stuck and affected sessions.
    static let affectedSeconds = 300.0
    /// The number of failures kept for each session.
    static let recentLimit = 8

    private struct Record: Sendable {
        var ref: SessionRef
        var misroutes = RecentCount()
        /// The number of requests refused since the session was last served.
        var refused = 0
        var first: UnixTime
        var last: UnixTime
        /// The first cause since the session was last served.
        var firstCause: StickyCause?
        /// The time at which the last failure arrived, which orders the records.
        var arrived: UnixTime
        var recent = Ring<FailedRequest>(limit: FailureMemory.recentLimit)
        /// The neighbours in the order of arrival; -1 at the ends.
        var older: Int32 = -1
        var newer: Int32 = -1
    }

    private var records: [Record] = []
    private var places: [SessionRef: Int32] = [:]
    private var oldest: Int32 = -1
    private var newest: Int32 = -1

    var count: Int { records.count }

    /// Adds a failure, or as many like it.
    mutating func add(_ failure: FailedRequest, of ref: SessionRef, count: Int = 1, at now: UnixTime) {
        let place = Int(place(for: ref, failure.time, at: now))
        records[place].arrived = now
        if records[place].refused == 0 { (records[place].first, records[place].firstCause) = (failure.time, nil) }
        records[place].firstCause = records[place].firstCause ?? failure.cause
        records[place].refused += count
        records[place].first = min(records[place].first, failure.time)
        records[place].last = max(records[place].last, failure.time)
        if failure.verdict.isMisroute { records[place].misroutes.add(count, at: failure.time) }
        records[place].recent.append(failure)
    }

    /// Notes that a session was served, so it is not stuck. Later refusals still count.
    mutating func noteServed(_ ref: SessionRef, at time: UnixTime) {
        guard let place = places[ref].map({ Int($0) }), records[place].last <= time else { return }
        records[place].refused = 0
    }

    /// Returns the time of the session's last remembered refusal with that verdict.
    func lastFailure(of ref: SessionRef, _ verdict: Verdict) -> UnixTime? {
        guard let place = places[ref] else { return nil }
        return records[Int(place)].recent.elements.lazy.filter { $0.verdict == verdict }.map(\.time).max()
    }

    // MARK: Order of arrival

    /// Returns the record of a session, and makes it the newest.
    private mutating func place(for ref: SessionRef, _ time: UnixTime, at now: UnixTime) -> Int32 {
        if let place = places[ref] {
            if place != newest {
                unlink(place)
                link(place)
            }
            return place
        }
        var record = Record(ref: ref, first: time, last: time, arrived: now)
        let place: Int32
        if records.count < Self.limit {
            place = Int32(records.count)
            records.append(record)
        } else {
            place = oldest
            unlink(place)
            places[records[Int(place)].ref] = nil
            swap(&record.recent, &records[Int(place)].recent)
            record.recent.removeAll()
            records[Int(place)] = record
        }
        places[ref] = place
        link(place)
        return place
    }

    private mutating func unlink(_ place: Int32) {
        let (older, newer) = (records[Int(place)].older, records[Int(place)].newer)
        if older < 0 { oldest = newer } else { records[Int(older)].newer = newer }
        if newer < 0 { newest = older } else { records[Int(newer)].older = older }
    }

    private mutating func link(_ place: Int32) {
        (records[Int(place)].older, records[Int(place)].newer) = (newest, -1)
        if newest < 0 { oldest = place } else { records[Int(newest)].newer = place }
        newest = place
    }
}

// MARK: - Answers

extension FailureMemory {
    /// Returns the number of a session's misroutes in the last 15 minutes, and whether it is stuck.
    func standing(of ref: SessionRef, at now: UnixTime) -> (misrouted: Int, isStuck: Bool) {
        guard let place = places[ref] else { return (0, false) }
        let record = records[Int(place)]
        return (record.misroutes.count(at: now), Self.isStuck(record, at: now))
    }

    /// Returns everything that is remembered of a session's refused requests. Nil if there is nothing.
    func failures(of ref: SessionRef, at now: UnixTime) -> SessionFailures? {
        places[ref].map { Self.failures(records[Int($0)], at: now) }
    }

    /// Returns the sessions with a refused request in the last 5 minutes. The cost depends on their number.
    func affected(at now: UnixTime) -> AffectedSessions {
        var affected = AffectedSessions()
        for place in latest(Self.affectedSeconds, at: now) where now - records[place].last <= Self.affectedSeconds {
            if Self.isStuck(records[place], at: now) { affected.stuck += 1 } else { affected.transient += 1 }
        }
        return affected
    }

    /// Returns the sessions that are stuck, in no order. The cost is that of ``affected(at:)``.
    func stuck(at now: UnixTime) -> [SessionRef] {
        latest(Self.affectedSeconds, at: now).filter { Self.isStuck(records[$0], at: now) }.map { records[$0].ref }
    }

    /// Returns the sessions with the most misroutes in the last 15 minutes, the most first, and the smaller ref first
    /// if equal. It takes one pass over the failures of that time.
    func top(_ limit: Int, at now: UnixTime) -> [SessionFailures] {
        var top: [(count: Int, ref: SessionRef, place: Int)] = []
        for place in latest(Double(RecentCount.minutes + 1) * 60, at: now) {
            let (count, ref) = (records[place].misroutes.count(at: now), records[place].ref)
            guard count > 0 else { continue }
            let rank = top.firstIndex { ($0.count, ref) < (count, $0.ref) } ?? top.count
            guard rank < limit else { continue }
            top.insert((count, ref, place), at: rank)
            if top.count > limit { top.removeLast() }
        }
        return top.map { Self.failures(records[$0.place], at: now) }
    }

    /// Returns the places of the records that may hold a failure of the last `seconds`, since no failure arrives before
    /// it happens.
    private func latest(_ seconds: Double, at now: UnixTime) -> some Sequence<Int> {
        sequence(first: Int(newest)) { Int(records[$0].older) }.lazy
            .prefix { $0 >= 0 && now - records[$0].arrived <= seconds }
    }

    /// The facts about one session that an aftermath needs.
    struct Refused {
        var ref: SessionRef
        var last: UnixTime
        var isStuck: Bool
        /// True if it was served since, or no request for it was refused in the last 5 minutes.
        var isQuiet: Bool
    }

    /// Returns the facts about one remembered session. Places run from 0 to ``count``.
    func refused(at place: Int, _ now: UnixTime) -> Refused {
        let record = records[place]
        return Refused(
            ref: record.ref, last: record.last, isStuck: Self.isStuck(record, at: now),
            isQuiet: record.refused == 0 || now - record.last > Self.affectedSeconds)
    }

    private static func isStuck(_ record: Record, at now: UnixTime) -> Bool {
        record.refused >= stuckRequests && record.last - record.first >= stuckSeconds
            && now - record.last <= affectedSeconds
    }

    private static func failures(_ record: Record, at now: UnixTime) -> SessionFailures {
        SessionFailures(
            ref: record.ref, misrouted: record.misroutes.count(at: now), refused: record.refused,
            first: record.refused == 0 ? nil : record.first, last: record.last,
            firstCause: record.refused == 0 ? nil : record.firstCause, isStuck: isStuck(record, at: now),
            recent: record.recent.elements)
    }
}
