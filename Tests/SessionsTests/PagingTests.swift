import TestSupport
import Testing

@testable import Sessions

private func filter(
    state: String? = nil, reason: String? = nil, node: String? = nil, client: String? = nil,
    olderThanSeconds: Double? = nil
) -> SessionFilter {
    var filter = SessionFilter()
    (filter.state, filter.reason, filter.node, filter.client) = (state, reason, node, client)
    filter.olderThanSeconds = olderThanSeconds
    return filter
}

@Suite struct PagingTests {
    @Test(arguments: [1, 2, 7, 100, 1000])
    func everySessionStandsOnOnePage(limit: Int) {
        var cluster = Cluster()
        // Some share a ref, and are never parted.
        let sessions =
            (0..<500).map { cluster.session("s\($0)", "n1", "b1") }
            + (0..<5).map { cluster.session("same\($0)", "n1", "b1", ref: SessionRef(0x8000_0000_0000_0000)) }
        cluster.read(sessions)
        var seen: [SessionRef] = []
        var next: SessionRef?
        repeat {
            let page = cluster.registry.page(SessionFilter(), after: next, limit: limit, at: cluster.now)
            #expect(page.sessions.count <= max(limit + 4, 5))
            #expect(!page.sessions.isEmpty)
            #expect(page.next == nil || page.next == page.sessions.last?.ref)
            seen += page.sessions.map(\.ref)
            next = page.next
        } while next != nil
        #expect(seen == sessions.map(\.ref).sorted())
    }

    @Test func anEmptyRegistryHasOnePage() {
        let page = Cluster().registry.page(SessionFilter(), after: nil, limit: 10, at: Cluster().now)
        #expect(page.sessions.isEmpty)
        #expect(page.next == nil)
        #expect(
            Cluster().registry.page(SessionFilter(), after: SessionRef(UInt64.max), limit: 10, at: Cluster().now).next
                == nil)
    }

    /// Sessions come and go between two pages: those that stay are listed once, none twice, and the order holds.
    @Test func aListingIsStableUnderChange() {
        var random = SeededRandom(for: "aListingIsStableUnderChange")
        for _ in 0..<10 {
            var cluster = Cluster()
            let stay = (0..<200).map { cluster.session("stays\($0)", "n1", "b1") }
            var others: [ObservedSession] = (0..<100).map { cluster.session("first\($0)", "n1", "b1") }
            cluster.read(stay + others)
            var seen: [SessionRef] = []
            var next: SessionRef?
            var round = 0
            repeat {
                let page = cluster.registry.page(SessionFilter(), after: next, limit: 11, at: cluster.now)
                seen += page.sessions.map(\.ref)
                next = page.next
                round += 1
                others.removeAll { _ in random.oneIn(5) }
                others += (0..<10).map { cluster.session("round\(round)-\($0)", "n1", "b1") }
                cluster.read(stay + others)
                // The very session at which the page ended may be gone.
                others.removeAll { $0.ref == next }
                cluster.read(stay + others)
            } while next != nil
            #expect(seen == Array(Set(seen)).sorted(), "seed \(random.seed)")
            #expect(Set(seen).isSuperset(of: stay.map(\.ref)), "seed \(random.seed)")
        }
    }

    private static func mixed() -> Cluster {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("b2", started: -100), "n2": cluster.heartbeat("b1", started: -100)])
        cluster.read([
            cluster.session("old", "n1", "b1", created: -7200, client: "inspector 0.4"),
            cluster.session("new", "n1", "b2", created: -60, client: "inspector"),
            cluster.session("two", "n2", "b1", created: -50, client: "inspectors 1"),
            cluster.session("none", created: nil, client: "claude-code 2.1.0"),
            cluster.malformed("bad", .badJSON), cluster.malformed("large", .tooLarge),
            cluster.session("ghost", "n3", "b", created: -3600),
        ])
        return cluster
    }

    @Test(
        arguments: [
            (filter(), ["old", "new", "two", "none", "bad", "large", "ghost"]),
            (filter(state: "owned"), ["new", "two", "ghost"]), (filter(state: "orphaned"), ["old"]),
            (filter(state: "unowned"), ["none"]),
            (filter(state: "malformed"), ["bad", "large"]), (filter(state: "lost"), []),
            (filter(reason: "owner_restarted"), ["old"]), (filter(reason: "bad_json"), ["bad"]),
            (filter(reason: "no_owner"), ["none"]),
            (filter(reason: "owner_dead"), []), (filter(state: "owned", reason: "owner_restarted"), []),
            (filter(node: "n1"), ["old", "new"]), (filter(node: "n3"), ["ghost"]), (filter(node: "n9"), []),
            (filter(node: ""), []),
            (filter(state: "owned", node: "n1"), ["new"]),
            (filter(client: "inspector"), ["old", "new"]), (filter(client: "inspector 0.4"), ["old"]),
            (filter(client: "claude-code"), ["none"]),
            (filter(client: "claude"), []), (filter(client: "0.4"), []),
            (filter(olderThanSeconds: 3000), ["old", "ghost"]), (filter(olderThanSeconds: 3600), ["old"]),
            (filter(olderThanSeconds: 0), ["old", "new", "two", "ghost"]),
            (filter(olderThanSeconds: 1_000_000), []), (filter(olderThanSeconds: .infinity), []),
            (filter(olderThanSeconds: 1e300), []), (filter(client: "inspector", olderThanSeconds: 3000), ["old"]),
        ] as [(SessionFilter, [String])])
    func aFilterHoldsWhatFits(filter: SessionFilter, ids: [String]) {
        let cluster = Self.mixed()
        for limit in [1, 2, 100] {
            #expect(cluster.listing(filter, limit: limit).map(\.ref) == ids.map { cluster.ref(bytes($0)) }.sorted())
        }
    }

    /// A scrape must not wait for a listing that finds little: a page ends early, and says where to go on.
    @Test func aPageLooksAtBoundedlyManySessions() {
        var cluster = Cluster()
        cluster.read((0..<20_000).map { cluster.session("s\($0)", $0 % 4000 == 0 ? "rare" : "n1", "b1") })
        let filter = filter(node: "rare")
        let first = cluster.registry.page(filter, after: nil, limit: 100, at: cluster.now)
        #expect(first.next != nil)
        #expect(first.sessions.count < 5)
        #expect(cluster.listing(filter).map(\.ref) == (0..<5).map { cluster.ref(bytes("s\($0 * 4000)")) }.sorted())
    }

    @Test func aPrefixFindsItsSessions() {
        var cluster = Cluster()
        let refs: [UInt64] = [
            0x0000_0000_0000_0000, 0xba78_0000_0000_0000, 0xba78_ffff_ffff_ffff, 0xba79_0000_0000_0000, UInt64.max,
        ]
        cluster.read(refs.enumerated().map { cluster.session("s\($0)", ref: SessionRef($1)) })
        func found(_ prefix: String) -> [String] {
            guard let range = SessionRef.range(prefix: prefix) else { return ["no prefix"] }
            return cluster.registry.sessions(refs: range, at: cluster.now).map { found in
                #expect(found.summary == cluster.registry.session(found.id, ref: found.summary.ref, at: cluster.now))
                return String(decoding: found.id.bytes, as: UTF8.self)
            }
        }
        #expect(found("ba78") == ["s1", "s2"])
        #expect(found("s:ba78ffffffffffff") == ["s2"])
        #expect(found("0000") == ["s0"])
        #expect(found("ffff") == ["s4"])
        #expect(found("abcd") == [])
        cluster.read(
            (0..<30).map { cluster.session("s\($0)", ref: SessionRef(0xba78_0000_0000_0000 + UInt64($0 / 2))) })
        #expect(found("ba78").count == Registry.prefixLimit)
    }
}
