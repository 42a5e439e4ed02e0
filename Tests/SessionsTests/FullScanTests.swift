import Testing

@testable import Sessions

@Suite struct RegistryReadingTests {
    /// What a registry counts that only grows.
    private struct Totals: Equatable {
        var created: [String: Int] = [:]
        var ended: [String: [Ending: Int]] = [:]
        var changes = 0
    }

    private func totals(_ cluster: Cluster) -> Totals {
        var totals = Totals(changes: cluster.registry.ownerChanges)
        for summary in cluster.registry.nodeSummaries(at: cluster.now) {
            if summary.created > 0 { totals.created[summary.node.name] = summary.created }
            if !summary.ended.isEmpty { totals.ended[summary.node.name] = summary.ended }
        }
        if cluster.registry.unownedCreated > 0 { totals.created[""] = cluster.registry.unownedCreated }
        if !cluster.registry.unownedEnded.isEmpty { totals.ended[""] = cluster.registry.unownedEnded }
        return totals
    }

    @Test func theFirstReadingIsWhatWasThereAndNoNews() {
        var cluster = Cluster()
        #expect(!cluster.registry.view.isComplete)
        #expect(cluster.registry.view.gap == .firstFullScan)
        cluster.registry.beginFullScan()
        cluster.take([cluster.session("a", "n1", "b1"), cluster.session("b")])
        // It shows as it comes in, and says that it is not whole.
        #expect(cluster.registry.sessionCount == 2)
        #expect(!cluster.registry.view.isComplete)
        var found = FullScanTotals()
        (found.sessionKeys, found.skipped) = (2, [.suffix: 3])
        cluster.finish(found, nodeKeys: 1)
        found.nodeKeys = 1
        #expect(cluster.registry.view.isComplete)
        #expect(cluster.registry.view.asOf == cluster.now)
        #expect(cluster.registry.lastFullScan == found)
        #expect(totals(cluster) == Totals())
    }

    @Test func aLaterReadingTellsWhatCameWhatWentAndWhatChanged() {
        var cluster = Cluster()
        cluster.read([
            cluster.session("stays", "n1", "b1"), cluster.session("closes", "n1", "b1"),
            cluster.session("expires", "n1", "b1", expires: 5),
            cluster.session("moves", "n1", "b1"), cluster.session("bare"), cluster.session("bare-expires", expires: 9),
        ])
        let kept = [
            cluster.session("stays", "n1", "b1"), cluster.session("moves", "n2", "b1"),
            cluster.session("new", "n2", "b1"),
            cluster.session("new-bare"),
        ]
        cluster.now = cluster.now + 10
        cluster.read(kept)
        #expect(
            totals(cluster)
                == Totals(
                    created: ["n2": 1, "": 1],
                    ended: ["n1": [.closed: 1, .expired: 1], "": [.closed: 1, .expired: 1]], changes: 1))
        #expect(cluster.listing().count == 4)
        #expect(cluster.summary("moves")?.node == "n2")
        // The same once more is no news.
        let before = totals(cluster)
        cluster.now = cluster.now + 10
        cluster.read(kept)
        #expect(totals(cluster) == before)
        #expect(cluster.registry.view.asOf == cluster.now)
    }

    @Test func whatChangesInASessionShows() {
        var cluster = Cluster()
        cluster.read([cluster.session("s", "n1", "b1", client: "old 1", expires: nil)])
        #expect(cluster.registry.withoutExpiry == 1)
        #expect(cluster.summary("s")?.hasNoExpiry == true)
        cluster.read([cluster.session("s", "n1", "b2", created: -5, client: "new 2", expires: 60)])
        let start = cluster.now
        #expect(
            cluster.summary("s")
                == SessionSummary(
                    ref: cluster.ref(bytes("s")), state: .owned, node: "n1", boot: "b2", createdAt: start - 5,
                    lastSeen: nil,
                    expiresAt: start + 60, client: "new 2", dialect: 0, orphanedSince: nil))
        #expect(cluster.registry.withoutExpiry == 0)
        cluster.read([cluster.malformed("s", .badJSON, expires: nil)])
        #expect(cluster.state("s") == .malformed(.badJSON))
        #expect(cluster.registry.stateCounts(at: start).malformed == 1)
        #expect(cluster.registry.withoutExpiry == 1)
        cluster.read([cluster.session("s")])
        #expect(cluster.registry.stateCounts(at: start) == counted(cluster.listing()))
        #expect(cluster.state("s") == .unowned(.noOwner))
        cluster.read([])
        #expect(cluster.registry.sessionCount == 0)
        #expect(cluster.registry.stateCounts(at: start) == StateCounts())
    }

    /// SCAN may return a key more than once.
    @Test func aSessionReadTwiceCountsOnce() {
        for isFirst in [true, false] {
            var cluster = Cluster()
            if !isFirst { cluster.read([cluster.session("old", "n1", "b1")]) }
            cluster.registry.beginFullScan()
            for _ in 0..<3 {
                cluster.take(
                    [
                        cluster.session("old", "n1", "b1"), cluster.session("a", "n1", "b1"),
                        cluster.session("a", "n1", "b1"),
                    ])
            }
            cluster.finish()
            #expect(cluster.registry.sessionCount == 2)
            #expect(cluster.registry.stateCounts(at: cluster.now).owned == 2)
            #expect(totals(cluster) == Totals(created: isFirst ? [:] : ["n1": 1]))
        }
    }

    @Test func ofTwoReadingsOfOneSessionTheLaterCounts() {
        var cluster = Cluster()
        let first = cluster.session("s", "n1", "b1")
        let other = cluster.session("s", "n2", "b2")
        for (seen, node) in [
            ([first], "n1"), ([first, other], "n2"), ([first, other, first], "n1"), ([other, first, other], "n2"),
            ([first, other], "n2"),
        ] {
            cluster.read(seen)
            #expect(cluster.summary("s")?.node == node, "\(seen.count) fullScans")
        }
    }

    @Test func nothingOfAReadingShowsBeforeItIsComplete() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("b1"), "n2": cluster.heartbeat("b1")])
        cluster.read([cluster.session("a", "n1", "b1"), cluster.session("b", "n1", "b1"), cluster.session("c")])
        let listing = cluster.listing()
        let counts = cluster.registry.stateCounts(at: cluster.now)
        let asOf = cluster.now
        cluster.now = cluster.now + 1
        let staged = [
            cluster.session("a", "n2", "b1"), cluster.session("d", "n2", "b1"), cluster.malformed("c", .badJSON),
        ]
        func isAsBefore() {
            #expect(cluster.listing() == listing)
            #expect(cluster.registry.stateCounts(at: asOf) == counts)
            #expect(totals(cluster) == Totals())
            #expect(cluster.registry.view.asOf == asOf)
        }
        cluster.registry.beginFullScan()
        cluster.take(staged)
        isAsBefore()
        #expect(cluster.registry.view.isComplete)
        cluster.registry.abandonFullScan(.connectionLost)
        isAsBefore()
        #expect(!cluster.registry.view.isComplete)
        #expect(cluster.registry.view.gap == .connectionLost)
        // What the abandoned reading marked must not save a session that the next one does not see.
        cluster.read([])
        #expect(cluster.registry.sessionCount == 0)
        #expect(cluster.registry.view.isComplete)
    }

    /// A subscription that breaks first says only that changes may have been missed.
    @Test func aLostConnectionSaysMoreThanThatAllIsReadAgain() {
        var cluster = Cluster()
        cluster.read([cluster.session("a", "n1", "b1")])
        cluster.registry.abandonFullScan(.resync)
        #expect(cluster.registry.view.gap == .resync)
        _ = cluster.registry.noteLost()
        #expect(cluster.registry.view.gap == .connectionLost)
        cluster.registry.abandonFullScan(.fullScanFailed)
        _ = cluster.registry.noteLost()
        #expect(cluster.registry.view.gap == .fullScanFailed)
    }

    @Test func anAbandonedFirstReadingIsStillTheFirst() {
        var cluster = Cluster()
        cluster.registry.beginFullScan()
        cluster.take([cluster.session("a", "n1", "b1"), cluster.session("b", "n1", "b1")])
        cluster.registry.abandonFullScan(.fullScanFailed)
        #expect(cluster.registry.view.gap == .firstFullScan)
        #expect(cluster.registry.view.asOf == nil)
        cluster.read([cluster.session("b", "n1", "b1"), cluster.session("c", "n1", "b1")])
        #expect(cluster.listing().count == 2)
        #expect(totals(cluster) == Totals())
    }

    /// After a gap nobody knows how long a session had been there, or how it ended, unless its own times say so.
    @Test func afterAGapOnlyASessionsOwnTimesCount() {
        var cluster = Cluster()
        cluster.read([
            cluster.session("goes", "n1", "b1"), cluster.session("expires", "n1", "b1", expires: 30),
            cluster.session("leaks", "n1", "b1", expires: nil),
        ])
        cluster.registry.abandonFullScan(.connectionLost)
        cluster.now = cluster.now + 60
        cluster.read([
            cluster.session("old", "n1", "b1", created: -3600), cluster.session("young", "n1", "b1", created: -5),
            cluster.session("ageless", "n1", "b1", created: nil), cluster.session("bare", created: nil),
        ])
        #expect(totals(cluster) == Totals(created: ["n1": 1], ended: ["n1": [.expired: 1]]))
        // From then on changes count again.
        cluster.read([
            cluster.session("old", "n1", "b1", created: -3600), cluster.session("later", "n1", "b1", created: nil),
        ])
        #expect(
            totals(cluster) == Totals(created: ["n1": 2], ended: ["n1": [.expired: 1, .closed: 2], "": [.closed: 1]]))
    }

    @Test func aReadingIsTakenInByBoundedSteps() {
        var cluster = Cluster()
        cluster.read([])
        cluster.registry.beginFullScan()
        cluster.take((0..<5000).map { cluster.session("s\($0)", "n1", "b1") })
        let isDone = cluster.registry.finishFullScan(FullScanTotals(), nodeKeys: 0, at: cluster.now)
        #expect(!isDone)
        #expect(cluster.registry.sessionCount <= Registry.stepSessions)
        cluster.finish()
        #expect(cluster.registry.sessionCount == 5000)
        #expect(totals(cluster).created == ["n1": 5000])
    }

    @Test func theNumbersOfReadingsBeginAnewWithoutLosingASession() {
        var cluster = Cluster()
        cluster.registry.population.shards[0].fullScanNumber = UInt16.max - 2
        let sessions = (0..<50).map { cluster.session("s\($0)", "n1", "b1") }
        for count in [50, 49, 48, 47, 46, 45] {
            cluster.read(Array(sessions.prefix(count)))
            #expect(cluster.registry.sessionCount == count)
        }
        #expect(totals(cluster).ended == ["n1": [.closed: 5]])
        // Had all fullScans since been given up, the first to succeed may have the number of the last that did.
        let last = cluster.registry.population.shards[0].fullScanNumber
        #expect(last == 4)
        cluster.registry.population.shards[0].fullScanNumber = UInt16.max
        for number in 1...last {
            cluster.registry.beginFullScan()
            #expect(cluster.registry.population.shards[0].fullScanNumber == number)
            if number < last { cluster.registry.abandonFullScan(.connectionLost) }
        }
        cluster.finish()
        #expect(cluster.registry.sessionCount == 0)
    }

    @Test func clientNamesAreBounded() {
        var cluster = Cluster()
        cluster.read((0..<5000).map { cluster.session("s\($0)", client: "client-\($0)") })
        let clients = Set(cluster.listing(limit: 1000).map(\.client))
        #expect(clients.count <= ClientNames.limit)
        #expect(clients.contains("other"))
    }
}
