import TestSupport
import Testing

@testable import Sessions

@Suite struct FailureMemoryTests {
    private static let start = UnixTime(milliseconds: 1_787_307_302_000)
    private static let ref = SessionRef(7)

    private static func failure(_ time: Double, _ verdict: Verdict = .misrouted) -> FailedRequest {
        FailedRequest(time: start + time, node: "n1", verdict: verdict)
    }

    private static func memory(_ times: [Double]) -> FailureMemory {
        var memory = FailureMemory()
        for time in times { memory.add(failure(time), of: ref, at: start + (times.max() ?? 0)) }
        return memory
    }

    @Test(
        arguments: [
            ([0, 30, 60], 60, true), ([0, 30, 59.999], 60, false), ([0, 60], 60, false), ([60, 30, 0], 60, true),
            ([0, 0, 0, 0, 60], 360, true), ([0, 30, 60], 360.001, false), ([0, 5000, 9000], 9000, true),
        ] as [([Double], Double, Bool)])
    func stuckAreThreeOverAMinuteAndNotLongAgo(times: [Double], now: Double, isStuck: Bool) {
        let memory = Self.memory(times)
        let now = Self.start + now
        #expect(memory.standing(of: Self.ref, at: now).isStuck == isStuck)
        let isAffected = now - (Self.start + (times.max() ?? 0)) <= 300
        var affected = AffectedSessions()
        (affected.stuck, affected.transient) = (isStuck ? 1 : 0, isAffected && !isStuck ? 1 : 0)
        #expect(memory.affected(at: now) == affected)
    }

    @Test func whoIsServedIsNotStuck() {
        var memory = Self.memory([0, 30, 60])
        memory.noteServed(SessionRef(8), at: Self.start + 60)
        memory.noteServed(Self.ref, at: Self.start + 59)
        #expect(memory.standing(of: Self.ref, at: Self.start + 61).isStuck)
        memory.noteServed(Self.ref, at: Self.start + 60)
        #expect(memory.standing(of: Self.ref, at: Self.start + 61) == (3, false))
        #expect(memory.affected(at: Self.start + 61).transient == 1)
        // From then on it is counted anew.
        for time in [100.0, 130] { memory.add(Self.failure(time), of: Self.ref, at: Self.start + time) }
        #expect(!memory.standing(of: Self.ref, at: Self.start + 130).isStuck)
        memory.add(Self.failure(160), of: Self.ref, at: Self.start + 160)
        #expect(memory.standing(of: Self.ref, at: Self.start + 160) == (6, true))
    }

    @Test func theFirstCauseIsKeptUntilItIsServed() {
        var memory = FailureMemory()
        func add(_ time: Double, _ verdict: Verdict, _ cause: StickyCause?) {
            let failure = FailedRequest(time: Self.start + time, node: "n1", verdict: verdict, cause: cause)
            memory.add(failure, of: Self.ref, at: Self.start + time)
        }
        func first(_ time: Double) -> StickyCause? {
            memory.failures(of: Self.ref, at: Self.start + time)?.firstCause
        }
        add(0, .unverified, nil)
        #expect(first(0) == nil)
        for time in 1..<20 { add(Double(time), .misrouted, time == 1 ? .cookieOldScheme : .cookieElsewhere) }
        #expect(first(20) == .cookieOldScheme)
        memory.noteServed(Self.ref, at: Self.start + 20)
        #expect(first(20) == nil)
        add(21, .misrouted, .noCookie)
        #expect(first(21) == .noCookie)
    }

    @Test func whatIsRememberedOfASession() {
        var memory = FailureMemory()
        #expect(memory.failures(of: Self.ref, at: Self.start) == nil)
        for time in 0..<10 {
            let verdict: Verdict = time < 2 ? .closed : time == 2 ? .unverified : .misrouted
            memory.add(Self.failure(Double(time), verdict), of: Self.ref, at: Self.start + Double(time))
        }
        #expect(
            memory.failures(of: Self.ref, at: Self.start + 9)
                == SessionFailures(
                    ref: Self.ref, misrouted: 7, refused: 10, first: Self.start, last: Self.start + 9, isStuck: false,
                    recent: [Self.failure(2, .unverified)] + (3..<10).map { Self.failure(Double($0)) }))
        #expect(memory.lastFailure(of: Self.ref, .unverified) == Self.start + 2)
        #expect(memory.lastFailure(of: Self.ref, .closed) == nil)
        #expect(memory.lastFailure(of: SessionRef(1), .closed) == nil)
    }

    @Test func theOneThatFailedLongestAgoLeavesFirst() {
        var memory = FailureMemory()
        let limit = FailureMemory.limit
        for number in 0..<limit { memory.add(Self.failure(0), of: SessionRef(UInt64(number)), at: Self.start) }
        // The first fails again: it is the second that leaves now.
        memory.add(Self.failure(1), of: SessionRef(0), at: Self.start + 1)
        memory.add(Self.failure(2, .neverSeen), of: SessionRef(UInt64(limit)), at: Self.start + 2)
        #expect(memory.count == limit)
        #expect(memory.failures(of: SessionRef(1), at: Self.start + 2) == nil)
        #expect(memory.standing(of: SessionRef(0), at: Self.start + 2).misrouted == 2)
        #expect(memory.failures(of: SessionRef(UInt64(limit)), at: Self.start + 2)?.recent.count == 1)
        #expect(memory.affected(at: Self.start + 2).transient == limit)
        for number in 0..<3 * limit { memory.add(Self.failure(9), of: SessionRef(UInt64(number)), at: Self.start + 9) }
        #expect(memory.count == limit)
        #expect(memory.affected(at: Self.start + 9).transient == limit)
        #expect(memory.failures(of: SessionRef(UInt64(2 * limit - 1)), at: Self.start + 9) == nil)
        #expect(memory.failures(of: SessionRef(UInt64(2 * limit)), at: Self.start + 9)?.refused == 1)
    }

    @Test func theTopAreThoseMisroutedMost() {
        var memory = FailureMemory()
        for (ref, times) in [(1, 3), (2, 5), (3, 3), (4, 1), (5, 9)] as [(UInt64, Int)] {
            let verdict: Verdict = ref == 5 ? .neverSeen : .misrouted
            for _ in 0..<times { memory.add(Self.failure(0, verdict), of: SessionRef(ref), at: Self.start) }
        }
        func top(_ limit: Int, _ now: Double = 0) -> [UInt64] {
            memory.top(limit, at: Self.start + now).map(\.ref.value)
        }
        #expect(top(10) == [2, 1, 3, 4])
        #expect(top(2) == [2, 1])
        #expect(top(0) == [])
        #expect(top(10, 900) == [2, 1, 3, 4])
        #expect(top(10, 960) == [])
    }

    @Test func aSessionShowsItsFailures() {
        var cluster = Cluster.ofThree {
            [$0.session("stuck", "n1", "b1"), $0.session("once", "n1", "b1"), $0.session("fine", "n1", "b1")]
        }
        cluster.now = cluster.now + 60
        for time in [-60.0, -30, 0] { cluster.refuse("stuck", at: "n2", time: time) }
        cluster.refuse("once", at: "n2")
        cluster.serve("fine", at: "n1")
        func listed(_ misrouted: Bool?, _ stuck: Bool?) -> Set<SessionRef> {
            var filter = SessionFilter()
            (filter.misrouted, filter.stuck) = (misrouted, stuck)
            return Set(cluster.listing(filter, limit: 1).map(\.ref))
        }
        func refs(_ ids: String...) -> Set<SessionRef> { Set(ids.map { cluster.ref(bytes($0)) }) }
        #expect(cluster.summary("stuck")?.misrouted == 3)
        #expect(cluster.summary("stuck")?.isStuck == true)
        #expect(cluster.summary("once")?.misrouted == 1)
        #expect(listed(true, nil) == refs("stuck", "once"))
        #expect(listed(false, nil) == refs("fine"))
        #expect(listed(nil, true) == refs("stuck"))
        #expect(listed(nil, false) == refs("once", "fine"))
        #expect(listed(true, false) == refs("once"))
        #expect(cluster.registry.mostMisrouted(1, at: cluster.now).map(\.misrouted) == [3])
        cluster.serve("stuck", at: "n1")
        #expect(listed(nil, true) == [])
        let n1 = cluster.registry.nodeSummary(named: "n1", at: cluster.now)
        let n2 = cluster.registry.nodeSummary(named: "n2", at: cluster.now)
        #expect([n1?.misroutesTo, n1?.misroutesFrom, n2?.misroutesTo, n2?.misroutesFrom] == [4, 0, 0, 4])
        #expect(n1?.recentJudgements == n2?.recentJudgements)
        #expect(n1?.recentJudgements.map(\.ref?.value).last == cluster.ref(bytes("once")).value)
        // A rare kind is found over several pages, none of which looks at more than its share.
        var rare = Cluster.ofThree { cluster in (0..<10_000).map { cluster.session("s\($0)", "n1", "b1") } }
        rare.refuse("s77", at: "n2")
        var filter = SessionFilter()
        filter.misrouted = true
        #expect(rare.registry.page(filter, after: nil, limit: 100, at: rare.now).next != nil)
        #expect(rare.listing(filter).map(\.ref) == [rare.ref(bytes("s77"))])
    }
}

@Suite struct StuckListingTests {
    /// Sessions of n1 and clients that go on with theirs for 80 s at n2: one registered, one closed, one that never was.
    private static func cluster() -> Cluster {
        var cluster = Cluster.ofThree { cluster in
            ["a", "closed"].map { cluster.session($0, "n1", "b1", created: -3600) }
        }
        cluster.read([cluster.session("a", "n1", "b1", created: -3600)])
        for _ in 0..<3 {
            for id in ["a", "closed", "never"] { cluster.refuse(id, at: "n2") }
            cluster.check(after: 40, cluster.threeHeartbeats)
        }
        return cluster
    }

    private static func rows(_ cluster: Cluster, limit: Int = 100, _ change: (inout SessionFilter) -> Void = { _ in })
        -> [String]
    {
        var filter = SessionFilter()
        filter.stuck = true
        change(&filter)
        var (rows, next): ([String], SessionRef?) = ([], nil)
        let names = Dictionary(uniqueKeysWithValues: ["a", "closed", "never"].map { (cluster.ref(bytes($0)), $0) })
        repeat {
            let page = cluster.registry.page(filter, after: next, limit: limit, at: cluster.now)
            #expect(page.count <= limit)
            rows += page.sessions.map { "\(names[$0.ref]!) \($0.state.word)" }
            rows += page.unregistered.map { "\(names[$0.ref]!) \($0.ended?.ending.rawValue ?? "?")" }
            next = page.next
        } while next != nil
        return rows.sorted()
    }

    @Test(arguments: [1, 2, 100]) func thoseWithoutAKeyAreListedToo(limit: Int) {
        #expect(Self.rows(Self.cluster(), limit: limit) == ["a owned", "closed closed", "never ?"])
    }

    @Test func filtersHoldForThem() {
        let cluster = Self.cluster()
        #expect(Self.rows(cluster) { $0.state = "owned" } == ["a owned"])
        #expect(Self.rows(cluster) { $0.client = "c" } == [])
        #expect(Self.rows(cluster) { $0.node = "n1" } == ["a owned", "closed closed"])
        #expect(Self.rows(cluster) { $0.node = "n2" } == [])
        #expect(Self.rows(cluster) { $0.olderThanSeconds = 600 } == ["a owned", "closed closed"])
        #expect(Self.rows(cluster) { $0.olderThanSeconds = 86_400 } == [])
        #expect(Self.rows(cluster) { $0.misrouted = true } == ["a owned"])
        #expect(Self.rows(cluster) { $0.misrouted = false } == ["closed closed", "never ?"])
    }
}

@Suite struct RecentCountTests {
    private static let hour = UnixTime(milliseconds: 1_787_306_400_000)

    @Test(
        arguments: [
            (0, 0, 1), (0, 899, 1), (59, 900, 1), (0, 959, 1), (0, 960, 0), (59, 960, 0), (0, 100_000, 0), (30, 20, 1),
        ] as [(Double, Double, Int)])
    func whatHappenedIsCountedForAQuarterOfAnHour(time: Double, now: Double, count: Int) {
        var recent = RecentCount()
        recent.add(at: Self.hour + time)
        #expect(recent.count(at: Self.hour + now) == count)
    }

    @Test func itIsWhatAListFinds() {
        var random = SeededRandom(for: "itIsWhatAListFinds")
        var recent = RecentCount()
        var minutes: [Int] = []
        var latest = 0
        var now = 0
        for _ in 0..<3000 {
            now += random.pick([0, 0, 0, 20, 60, 200, random.oneIn(50) ? 3000 : 0])
            let time = max(now - random.pick([0, 0, 30, 400, 1000]), 0)
            recent.add(at: Self.hour + Double(time))
            if time / 60 >= latest - 15 { minutes.append(time / 60) }
            latest = max(latest, time / 60)
            // What is told of late is counted as far as there is room for it.
            let counted = minutes.filter { $0 >= now / 60 - 15 && $0 >= latest - 15 }.count
            #expect(recent.count(at: Self.hour + Double(now)) == counted, "seed \(random.seed)")
        }
    }

    @Test func aRingHoldsTheLatest() {
        var ring = Ring<Int>(limit: 3)
        for (number, held) in [[0], [0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 6]].enumerated() {
            ring.append(number)
            #expect(ring.elements == held)
        }
        ring.removeAll()
        #expect(ring.elements == [])
    }

    @Test func aClockIsAsFarBehindAsItsFastestLine() {
        var clock = ClockOffset()
        func seconds(_ now: Double) -> Double? { clock.seconds(at: Self.hour + now) }
        #expect(seconds(0) == nil)
        clock.note(5, at: Self.hour)
        clock.note(0.2, at: Self.hour + 10)
        clock.note(9, at: Self.hour + 149)
        #expect(seconds(149) == 0.2)
        clock.note(3, at: Self.hour + 150)
        #expect(seconds(299) == 0.2)
        #expect(seconds(300) == 3)
        #expect(seconds(450) == nil)
        clock.note(-7, at: Self.hour + 1000)
        #expect(seconds(1000) == -7)
        var cluster = Cluster.ofThree { _ in [] }
        cluster.serve("s", at: "n1", time: 4)
        cluster.refuse("s", at: "n2", time: -3)
        let offsets = cluster.registry.nodeSummaries(at: cluster.now).map(\.clockOffsetSeconds)
        #expect(offsets == [-4, 3, nil])
        // A line that waited to be judged was not late.
        var waited = cluster.request(.refused, "s", at: "n3", time: -31)
        waited.arrival = cluster.now - 30
        #expect(cluster.registry.judge(waited, at: cluster.now)?.time == cluster.now - 31)
        #expect(cluster.registry.nodeSummary(named: "n3", at: cluster.now)?.clockOffsetSeconds == 1)
        (waited.time, waited.node) = (nil, nil)
        #expect(cluster.registry.judge(waited, at: cluster.now)?.time == cluster.now - 30)
    }
}
