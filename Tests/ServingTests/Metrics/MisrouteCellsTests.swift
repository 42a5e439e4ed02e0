import TestSupport
import Testing

@testable import Serving
@testable import Sessions

/// The counters of refused requests: all that can be are there from 0 on.
struct MisrouteCellsTests {
    private static func labels(_ names: [String], limit: Int = 8) -> NodeLabels {
        var registry = Registry(policy: NodePolicy())
        var pulse = HeartbeatCheck()
        for name in names { pulse.heartbeats[name] = .marker }
        registry.take(pulse, at: PaperRegistry.epoch)
        var labels = NodeLabels(limit: limit)
        labels.update(registry.nodeSummaries(at: PaperRegistry.epoch))
        return labels
    }

    /// `node owner reason count`, "-" for none.
    private static func lines(_ cells: MisrouteCells) -> [String] {
        cells.cells.map { key, count in
            let names = [key.node, key.owner].map { $0.isEmpty ? "-" : $0 }
            return (names + [key.reason.rawValue, "\(count)"]).joined(separator: " ")
        }
    }

    @Test func whatANodeMeetsAsARuleStartsAtZero() {
        var expected: [String] = []
        for node in ["-", "a", "b"] {
            expected += ["\(node) - unowned 0", "\(node) - unverified 0"]
            for owner in ["a", "b"] {
                let reasons = node == owner ? ["owner_denies"] : ["misrouted", "owner_dead"]
                expected += (reasons + ["owner_restarted"]).map { "\(node) \(owner) \($0) 0" }
            }
        }
        #expect(Self.lines(MisrouteCells([], labels: Self.labels(["b", "a"]))) == expected)
        let unknown = ["cleaned", "closed", "evicted", "expired", "never_seen", "vanished"]
        #expect(
            Self.lines(MisrouteCells(unknown: [], labels: Self.labels(["a"])))
                == ["-", "a"].flatMap { node in unknown.map { "\(node) - \($0) 0" } })
    }

    @Test func anOwnerThatNeverBeatStartsAsAnUnknownOne() {
        var registry = Registry(policy: NodePolicy())
        _ = registry.liveness.number(for: "ghost", at: PaperRegistry.epoch)
        var labels = Self.labels(["a"])
        labels.update(registry.nodeSummaries(at: PaperRegistry.epoch))
        #expect(Self.lines(MisrouteCells([], labels: labels)).contains("- ghost owner_unknown 0"))
    }

    @Test func whatWasCountedStandsAmongThem() {
        let counted: [MisrouteTally.Pair] = [
            .init(node: "a", owner: "b", verdict: .misrouted, count: 3),
            .init(node: "a", owner: "", verdict: .malformed, count: 1),
            .init(node: "a", owner: "", verdict: .unverified, count: 2),
            // Nodes that have no label, of which there were none when these were counted.
            .init(node: "gone", owner: "a", verdict: .misrouted, count: 4),
            .init(node: "lost", owner: "a", verdict: .misrouted, count: 5),
            .init(node: "gone", owner: "lost", verdict: .misrouted, count: 6),
        ]
        let lines = Self.lines(MisrouteCells(counted, labels: Self.labels(["a", "b"])))
        #expect(
            lines.filter { !$0.hasSuffix(" 0") } == [
                "a - unverified 3", "a b misrouted 3", "other a misrouted 9", "other other misrouted 6",
            ])
        #expect(Set(lines).count == lines.count)
        let closed = [MisrouteTally.Pair(node: "gone", owner: "", verdict: .closed, count: 7)]
        let unknown = Self.lines(MisrouteCells(unknown: closed, labels: Self.labels(["a"])))
        #expect(unknown.filter { $0.hasPrefix("other") && !$0.hasSuffix(" 0") } == ["other - closed 7"])
    }

    /// The rest has its counters as soon as a node is among them.
    @Test func whereANodeHasNoLabelTheRestStartsAtZeroToo() {
        let none = Self.lines(MisrouteCells([], labels: Self.labels(["a"], limit: 1)))
        #expect(!none.contains { $0.contains("other") })
        let lines = Self.lines(MisrouteCells([], labels: Self.labels(["a", "b"], limit: 1)))
        #expect(lines.contains("other other misrouted 0"))
        #expect(lines.contains("a other owner_dead 0") && lines.contains("other a owner_dead 0"))
        #expect(lines.contains("other - unverified 0"))
    }
}
