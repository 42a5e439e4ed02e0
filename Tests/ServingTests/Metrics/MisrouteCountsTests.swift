import TestSupport
import Testing

@testable import Serving
@testable import Sessions

/// The counters of refused requests.
struct MisrouteCountsTests {
    private static func labels(_ names: [String], limit: Int = 8) -> NodeLabels {
        var labels = NodeLabels(limit: limit)
        labels.update(LabelledNodes(alive: names).summaries)
        return labels
    }

    private static func tally(_ misroutes: [MisrouteTally.Pair], unknown: [MisrouteTally.Pair] = [])
        -> MisrouteTally.Snapshot
    {
        var snapshot = MisrouteTally.Snapshot()
        (snapshot.misroutes, snapshot.unknownSessions) = (misroutes, unknown)
        return snapshot
    }

    /// `node reason count`, "-" for no node.
    private static func lines(_ cells: [(key: MisrouteCounts.Key, count: Int)]) -> [String] {
        cells.map { "\($0.key.node.isEmpty ? "-" : $0.key.node) \($0.key.reason.rawValue) \($0.count)" }
    }

    /// `node owner reason count`.
    private static func pairs(_ counts: MisrouteCounts, at now: Double) -> [String] {
        counts.pairs(at: now).map { key, count in
            let names = [key.node, key.owner].map { $0.isEmpty ? "-" : $0 }
            return (names + [key.reason.rawValue, "\(count)"]).joined(separator: " ")
        }
    }

    private static func hasCount(_ line: String) -> Bool { !line.hasSuffix(" 0") }

    @Test func eachNodeAndVerdictStartsAtZero() {
        let (counts, labels) = (MisrouteCounts(), Self.labels(["b", "a"]))
        let reasons = [
            "misrouted", "owner_dead", "owner_denies", "owner_restarted", "owner_unknown", "unowned", "unverified",
        ]
        let unknown = ["cleaned", "closed", "evicted", "expired", "never_seen", "vanished"]
        let nodes = ["-", "a", "b", "other"]
        #expect(
            Self.lines(counts.misroutes(labels)) == nodes.flatMap { node in reasons.map { "\(node) \($0) 0" } })
        #expect(
            Self.lines(counts.unknownSessions(labels)) == nodes.flatMap { node in unknown.map { "\(node) \($0) 0" } })
        #expect(counts.pairs(at: 0).isEmpty)
    }

    @Test func theOwnerStandsOnlyInThePairsThatHappened() {
        let labels = Self.labels(["a", "b"])
        var counts = MisrouteCounts()
        let counted: [MisrouteTally.Pair] = [
            .init(node: "a", owner: "b", verdict: .misrouted, count: 3),
            .init(node: "a", owner: "", verdict: .malformed, count: 1),
            .init(node: "a", owner: "", verdict: .unverified, count: 2),
            .init(node: "gone", owner: "a", verdict: .misrouted, count: 4),
            .init(node: "lost", owner: "a", verdict: .misrouted, count: 5),
            .init(node: "gone", owner: "lost", verdict: .misrouted, count: 6),
        ]
        let closed = [MisrouteTally.Pair(node: "gone", owner: "", verdict: .closed, count: 7)]
        counts.update(Self.tally(counted, unknown: closed), labels, at: 0)
        #expect(
            Self.lines(counts.misroutes(labels)).filter(Self.hasCount) == [
                "a misrouted 3", "a unverified 3", "other misrouted 15",
            ])
        #expect(Self.lines(counts.unknownSessions(labels)).filter(Self.hasCount) == ["other closed 7"])
        #expect(
            Self.pairs(counts, at: 70) == [
                "a - unverified 3", "a b misrouted 3", "other a misrouted 9", "other other misrouted 6",
            ])
    }

    /// However many scrapers there are, and however long nobody asked: each sees 0 first.
    @Test func aNewPairStandsAtZeroForLongerThanAnyScrapersInterval() {
        let labels = Self.labels(["a", "b"])
        var counts = MisrouteCounts()
        func step(_ count: Int, at now: Double) -> [String] {
            counts.update(
                Self.tally([.init(node: "a", owner: "b", verdict: .misrouted, count: count)]), labels, at: now)
            return Self.pairs(counts, at: now)
        }
        #expect(step(5, at: 1_000) == ["a b misrouted 0"])
        #expect(step(7, at: 1_069) == ["a b misrouted 0"])
        #expect(step(8, at: 1_070) == ["a b misrouted 8"])
        #expect(step(9, at: 1_071) == ["a b misrouted 9"])
        #expect(Self.lines(counts.misroutes(labels)).filter(Self.hasCount) == ["a misrouted 9"])
    }

    @Test func pairsBeyondTheLimitShareOther() {
        let names = (0..<40).map { "n\($0)" }
        let labels = Self.labels(names, limit: 64)
        var counts = MisrouteCounts()
        let all = names.flatMap { node in
            names.map { MisrouteTally.Pair(node: node, owner: $0, verdict: .ownerDead, count: 1) }
        }
        counts.update(Self.tally(all), labels, at: 0)
        let cells = counts.pairs(at: 100)
        #expect(cells.count <= MisrouteCounts.pairLimit)
        #expect(cells.count >= MisrouteCounts.pairLimit - 7)
        #expect(cells.map(\.count).reduce(0, +) == 1_600)
        let rest = cells.filter { $0.key.node == "other" }
        #expect(rest.map(\.key.owner) == ["other"])
        #expect(rest.map(\.count) == [1_600 - (cells.count - 1)])
        // The totals of the nodes know them all.
        #expect(
            Self.lines(counts.misroutes(labels)).filter(Self.hasCount) == names.sorted().map { "\($0) owner_dead 40" })
    }

    /// The series of a node that is gone end. What it had counted is no event of now, so `other` does not jump.
    @Test func whoLosesItsLabelTakesNothingAlong() {
        var counts = MisrouteCounts()
        func step(_ count: Int, _ alive: [String]) -> (totals: [String], pairs: [String]) {
            let labels = Self.labels(alive)
            let misroutes = [
                MisrouteTally.Pair(node: "a", owner: "b", verdict: .misrouted, count: count),
                .init(node: "b", owner: "a", verdict: .misrouted, count: count),
            ]
            counts.update(Self.tally(misroutes), labels, at: 0)
            return (Self.lines(counts.misroutes(labels)).filter(Self.hasCount), Self.pairs(counts, at: 99))
        }
        let both = step(10, ["a", "b"])
        #expect(both.totals == ["a misrouted 10", "b misrouted 10"])
        #expect(both.pairs == ["a b misrouted 10", "b a misrouted 10"])
        let gone = step(12, ["a"])
        #expect(gone.totals == ["a misrouted 12", "other misrouted 2"])
        #expect(gone.pairs == ["a other misrouted 2", "other a misrouted 2"])
        let back = step(13, ["a", "b"])
        #expect(back.totals == ["a misrouted 13", "b misrouted 1", "other misrouted 2"])
        #expect(back.pairs == ["a b misrouted 1", "a other misrouted 2", "b a misrouted 1", "other a misrouted 2"])
    }

    /// Names that gave up their place in the tally: their counts there move to the name of the rest.
    @Test func whatMovedInTheTallyIsNothingNew() {
        let labels = Self.labels(["a"])
        var counts = MisrouteCounts()
        counts.update(Self.tally([.init(node: "a", owner: "x", verdict: .ownerDead, count: 9)]), labels, at: 0)
        let moved = MisrouteTally.Pair(node: "a", owner: "other", verdict: .ownerDead, count: 10, moved: 9)
        counts.update(Self.tally([moved]), labels, at: 0)
        #expect(Self.lines(counts.misroutes(labels)).filter(Self.hasCount) == ["a owner_dead 10"])
        #expect(Self.pairs(counts, at: 99) == ["a other owner_dead 10"])
    }
}
