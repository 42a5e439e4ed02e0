import TestSupport
import Testing

@testable import Serving
@testable import Sessions

/// Which nodes have a label of their own.
struct NodeLabelsTests {
    @Test func livingNodesComeFirstThenDeadOnesWithSessions() {
        let nodes = LabelledNodes(
            alive: ["z"], draining: ["y"], dead: ["a": 0, "x": 3], unknown: ["b": 9], gone: ["c": 5])
        let order = ["y", "z", "x", "a", "b"]
        for limit in 1...6 {
            var labels = NodeLabels(limit: limit)
            labels.update(nodes.summaries)
            #expect(labels.names == order.prefix(limit).sorted(), "\(limit)")
            // One that is gone never asks for a label.
            #expect(labels.foldedCount == max(5 - limit, 0), "\(limit)")
        }
    }

    @Test func aNodeKeepsItsLabelAmongEquals() {
        var labels = NodeLabels(limit: 2)
        labels.update(LabelledNodes(alive: ["m", "n"]).summaries)
        labels.update(LabelledNodes(alive: ["a", "m", "n"]).summaries)
        #expect(labels.names == ["m", "n"])
        labels.update(LabelledNodes(alive: ["a", "m"], dead: ["n": 1]).summaries)
        #expect(labels.names == ["a", "m"])
    }

    @Test func aNodeThatIsGoneGivesItsLabelBack() {
        var labels = NodeLabels(limit: 2)
        labels.update(LabelledNodes(alive: ["m", "n"]).summaries)
        labels.update(LabelledNodes(alive: ["m"], gone: ["n": 4]).summaries)
        #expect(labels.names == ["m"])
        #expect(labels.label("n") == "other")
        #expect(labels.counted == ["m", "other"])
    }

    @Test func countersOfNodesThatAreGoneEndAndTheRestCountsOnlyWhatIsNew() {
        var (labels, counts) = (NodeLabels(limit: 8), NodeCounts())
        func step(_ nodes: LabelledNodes) -> [Int] {
            labels.update(nodes.summaries)
            counts.update(nodes.summaries, labels)
            return ["a", "b", "other"].map { counts[.created, $0] }
        }
        #expect(step(LabelledNodes(alive: ["a", "b"], created: ["a": 100, "b": 50])) == [100, 50, 0])
        #expect(step(LabelledNodes(alive: ["a"], gone: ["b": 0], created: ["a": 110, "b": 52])) == [110, 0, 2])
        #expect(step(LabelledNodes(alive: ["a"], gone: ["b": 0], created: ["a": 111, "b": 53])) == [111, 0, 3])
        // The registry forgets the node: the rest does not go backwards.
        #expect(step(LabelledNodes(alive: ["a"], created: ["a": 111])) == [111, 0, 3])
        // A node of that name comes anew.
        #expect(step(LabelledNodes(alive: ["a", "b"], created: ["a": 111, "b": 2])) == [111, 2, 3])
    }
}

/// The size of the page of a cluster of 60 nodes.
@Suite(.ownThreads) struct MetricsPageSizeTests {
    @Test func sixtyNodesHaveFewerThanThreeThousandSeries() {
        let paper = PaperRegistry(maxNodes: 256)
        let names = (0..<60).map { "mcp-7d9f8b6c5-\($0)" }
        let heartbeats = Dictionary(
            uniqueKeysWithValues: names.map {
                ($0, #"{"boot":"b","version":"1","sessions":1,"started_at":1790000000}"#)
            })
        let sessions = names.enumerated().map { number, name in
            (uuid(number), #"{"node":"\#(name)","boot":"b","created_at":1790000000}"#)
        }
        paper.read(sessions, heartbeats)
        let page = paper.watched.page()
        #expect(page.values(of: "node_id").filter { $0.hasPrefix("mcp-") }.count == 60)
        #expect(page.samples.count <= 3_000)
        #expect(!page.has(family: "mcp_sessiond_misroute_pairs_total{"))
        print("series at 60 nodes:", page.samples.count)
    }
}
