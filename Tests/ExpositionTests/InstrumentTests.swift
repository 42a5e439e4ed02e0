import Testing

@testable import Exposition

@Suite struct InstrumentTests {
    @Test func nothingIsLostWhenManyCount() async {
        let counter = Counter()
        let gauge = Gauge(10)
        let histogram = Histogram(bounds: [0.5])
        let vector = CounterVector([VectorLabel("kind", limit: 2)])
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for _ in 0..<1_000 {
                        counter.add()
                        gauge.add(task.isMultiple(of: 2) ? 1 : -1)
                        histogram.observe(seconds: task.isMultiple(of: 2) ? 0.25 : 1)
                        vector.add(["k"], 2)
                    }
                }
            }
        }
        #expect(counter.value == 8_000)
        #expect(gauge.value == 10)
        #expect(histogram.snapshot() == HistogramSnapshot(bounds: [0.5], counts: [4_000, 4_000], sum: 5_000))
        #expect(vector.snapshot().map(\.value) == [16_000])
    }

    @Test func labelsThatDependOnEachOtherShowOnlyWhatOccurred() {
        let vector = CounterVector([VectorLabel("route", limit: 2), VectorLabel("code", limit: 2)], combinesAll: false)
        vector.add(["/a", "200"])
        vector.add(["/b", "404"])
        #expect(vector.snapshot().map(\.labels) == [["route": "/a", "code": "200"], ["route": "/b", "code": "404"]])
    }

    @Test func gaugeIsSet() {
        let gauge = Gauge()
        gauge.set(-2.5)
        #expect(gauge.value == -2.5)
    }

    @Test(arguments: [
        (-1.0, [1, 0, 0]), (1.0, [1, 0, 0]), (1.000001, [0, 1, 0]), (2.0, [0, 1, 0]), (2.1, [0, 0, 1]),
        (.infinity, [0, 0, 1]), (.nan, [0, 0, 0]),
    ])
    func boundsBelongToTheirBucket(value: Double, counts: [Int]) {
        var snapshot = HistogramSnapshot(bounds: [1, 2])
        snapshot.observe(value)
        #expect(snapshot.counts == counts)
        #expect(snapshot.count == counts.reduce(0, +))
    }

    @Test func severalEqualValuesAreOneStep() {
        var snapshot = HistogramSnapshot(bounds: [1])
        snapshot.observe(0.5, times: 4)
        #expect(snapshot == HistogramSnapshot(bounds: [1], counts: [4, 0], sum: 2))
    }
}

@Suite struct VectorTests {
    private func lines(_ vector: CounterVector) -> [String] {
        vector.snapshot().map { String(decoding: $0.labels.rendered, as: UTF8.self) + " \($0.value)" }
    }

    @Test func presetCombinationsStartAtZero() {
        let vector = CounterVector([
            VectorLabel("node_id", preset: ["a"], limit: 2), VectorLabel("reason", fixed: ["dead", "restarted"]),
        ])
        #expect(lines(vector) == [#"node_id="a",reason="dead" 0"#, #"node_id="a",reason="restarted" 0"#])
    }

    @Test func anAdmittedValueStartsAtZeroEverywhere() {
        let vector = CounterVector([
            VectorLabel("node_id", limit: 2), VectorLabel("reason", fixed: ["dead", "restarted"]),
        ])
        #expect(lines(vector) == [])
        #expect(vector.admit("a", of: "node_id"))
        vector.add(["b", "restarted"])
        #expect(
            lines(vector) == [
                #"node_id="a",reason="dead" 0"#, #"node_id="a",reason="restarted" 0"#,
                #"node_id="b",reason="dead" 0"#, #"node_id="b",reason="restarted" 1"#,
            ])
    }

    @Test func valuesBeyondTheLimitAreCountedUnderOther() {
        let vector = CounterVector([VectorLabel("node_id", limit: 1), VectorLabel("reason", fixed: ["dead"])])
        vector.add(["a", "dead"])
        vector.add(["b", "dead"])
        vector.add(["c", "dead"], 5)
        vector.add(["other", "dead"])
        vector.add(["a", "unheard of"])
        #expect(!vector.admit("d", of: "node_id"))
        #expect(
            lines(vector) == [
                #"node_id="a",reason="dead" 1"#, #"node_id="other",reason="dead" 7"#,
                #"node_id="a",reason="other" 1"#,
            ])
        #expect(vector.overflows().map(\.label) == ["node_id", "reason"])
        #expect(vector.overflows().map(\.count) == [2, 1])
    }

    @Test func aForgottenValueGivesItsPlaceFree() {
        let vector = CounterVector([VectorLabel("node_id", limit: 1)])
        vector.add(["a"])
        vector.forget("a", of: "node_id")
        vector.add(["b"])
        vector.add(["b"])
        #expect(lines(vector) == [#"node_id="b" 2"#])
        #expect(vector.overflows().map(\.count) == [0])
    }

    @Test func histogramsAreKeptByLabel() {
        let vector = HistogramVector([VectorLabel("command", preset: ["SCAN"], limit: 1)], bounds: [0.5])
        vector.observe(["SCAN"], seconds: 0.25)
        vector.observe(["EVAL"], seconds: 2)
        var page = MetricPage(format: .text, reservingBytes: 0)
        page.family("d_seconds", .histogram, help: "Round trip.") { $0.histograms(of: vector) }
        #expect(
            String(decoding: page.finish(), as: UTF8.self) == """
                # HELP d_seconds Round trip.
                # TYPE d_seconds histogram
                d_seconds_bucket{command="SCAN",le="0.5"} 1
                d_seconds_bucket{command="SCAN",le="+Inf"} 1
                d_seconds_sum{command="SCAN"} 0.25
                d_seconds_count{command="SCAN"} 1
                d_seconds_bucket{command="other",le="0.5"} 0
                d_seconds_bucket{command="other",le="+Inf"} 1
                d_seconds_sum{command="other"} 2
                d_seconds_count{command="other"} 1

                """)
        #expect(vector.overflows().map(\.count) == [1])
    }
}
