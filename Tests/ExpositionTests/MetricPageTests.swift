import Testing

@testable import Exposition

/// One page with every type, as each format writes it.
@Suite struct MetricPageTests {
    private func page(_ format: ExpositionFormat) -> String {
        var page = MetricPage(format: format, reservingBytes: 1_024)
        page.family("mcp_registry_sessions", .gauge, help: "Registered sessions.") {
            $0.sample(labels: ["node_id": "node-1", "state": "owned"], value: 3)
            $0.sample(labels: ["node_id": "", "state": "unowned"], value: 0)
        }
        page.family("mcp_sessiond_scans_total", .counter, help: "Registry scans.") {
            $0.samples(of: CounterVector([VectorLabel("result", fixed: ["ok", "error"])]))
        }
        page.family("mcp_sessiond_scan_duration_seconds", .histogram, help: "Time of a scan.") {
            $0.histogram(HistogramSnapshot(bounds: [0.005, 1], counts: [2, 0, 1], sum: 4.0078125))
        }
        let ages = HistogramSnapshot(bounds: [60, 3_600], counts: [1, 2, 0], sum: 190.5)
        page.family("mcp_registry_session_age_seconds", .gaugeHistogram, help: "Age of sessions.") {
            $0.gaugeHistogram(labels: ["node_id": "a"], ages)
            $0.gaugeHistogram(labels: ["node_id": "b"], HistogramSnapshot(bounds: [60, 3_600]))
        }
        page.family("mcp_sessiond_build_info", .info, help: "Build.") { $0.info(["version": "1.0.0"]) }
        page.family("mcp_sessiond_watch_mode", .stateset, help: "How changes are learnt.") {
            $0.state(["tracking", "scan"], current: "scan")
        }
        return String(decoding: page.finish(), as: UTF8.self)
    }

    @Test func everyTypeInText() {
        #expect(
            page(.text) == """
                # HELP mcp_registry_sessions Registered sessions.
                # TYPE mcp_registry_sessions gauge
                mcp_registry_sessions{node_id="node-1",state="owned"} 3
                mcp_registry_sessions{node_id="",state="unowned"} 0
                # HELP mcp_sessiond_scans_total Registry scans.
                # TYPE mcp_sessiond_scans_total counter
                mcp_sessiond_scans_total{result="ok"} 0
                mcp_sessiond_scans_total{result="error"} 0
                # HELP mcp_sessiond_scan_duration_seconds Time of a scan.
                # TYPE mcp_sessiond_scan_duration_seconds histogram
                mcp_sessiond_scan_duration_seconds_bucket{le="0.005"} 2
                mcp_sessiond_scan_duration_seconds_bucket{le="1.0"} 2
                mcp_sessiond_scan_duration_seconds_bucket{le="+Inf"} 3
                mcp_sessiond_scan_duration_seconds_sum 4.0078125
                mcp_sessiond_scan_duration_seconds_count 3
                # HELP mcp_registry_session_age_seconds Age of sessions.
                # TYPE mcp_registry_session_age_seconds histogram
                mcp_registry_session_age_seconds_bucket{node_id="a",le="60.0"} 1
                mcp_registry_session_age_seconds_bucket{node_id="a",le="3600.0"} 3
                mcp_registry_session_age_seconds_bucket{node_id="a",le="+Inf"} 3
                mcp_registry_session_age_seconds_bucket{node_id="b",le="60.0"} 0
                mcp_registry_session_age_seconds_bucket{node_id="b",le="3600.0"} 0
                mcp_registry_session_age_seconds_bucket{node_id="b",le="+Inf"} 0
                # HELP mcp_registry_session_age_seconds_gcount Age of sessions.
                # TYPE mcp_registry_session_age_seconds_gcount gauge
                mcp_registry_session_age_seconds_gcount{node_id="a"} 3
                mcp_registry_session_age_seconds_gcount{node_id="b"} 0
                # HELP mcp_registry_session_age_seconds_gsum Age of sessions.
                # TYPE mcp_registry_session_age_seconds_gsum gauge
                mcp_registry_session_age_seconds_gsum{node_id="a"} 190.5
                mcp_registry_session_age_seconds_gsum{node_id="b"} 0
                # HELP mcp_sessiond_build_info Build.
                # TYPE mcp_sessiond_build_info gauge
                mcp_sessiond_build_info{version="1.0.0"} 1
                # HELP mcp_sessiond_watch_mode How changes are learnt.
                # TYPE mcp_sessiond_watch_mode gauge
                mcp_sessiond_watch_mode{mcp_sessiond_watch_mode="tracking"} 0
                mcp_sessiond_watch_mode{mcp_sessiond_watch_mode="scan"} 1

                """)
    }

    @Test func everyTypeInOpenMetrics() {
        #expect(
            page(.openMetrics) == """
                # HELP mcp_registry_sessions Registered sessions.
                # TYPE mcp_registry_sessions gauge
                mcp_registry_sessions{node_id="node-1",state="owned"} 3
                mcp_registry_sessions{node_id="",state="unowned"} 0
                # HELP mcp_sessiond_scans Registry scans.
                # TYPE mcp_sessiond_scans counter
                mcp_sessiond_scans_total{result="ok"} 0
                mcp_sessiond_scans_total{result="error"} 0
                # HELP mcp_sessiond_scan_duration_seconds Time of a scan.
                # TYPE mcp_sessiond_scan_duration_seconds histogram
                mcp_sessiond_scan_duration_seconds_bucket{le="0.005"} 2
                mcp_sessiond_scan_duration_seconds_bucket{le="1.0"} 2
                mcp_sessiond_scan_duration_seconds_bucket{le="+Inf"} 3
                mcp_sessiond_scan_duration_seconds_sum 4.0078125
                mcp_sessiond_scan_duration_seconds_count 3
                # HELP mcp_registry_session_age_seconds Age of sessions.
                # TYPE mcp_registry_session_age_seconds gaugehistogram
                mcp_registry_session_age_seconds_bucket{node_id="a",le="60.0"} 1
                mcp_registry_session_age_seconds_bucket{node_id="a",le="3600.0"} 3
                mcp_registry_session_age_seconds_bucket{node_id="a",le="+Inf"} 3
                mcp_registry_session_age_seconds_gcount{node_id="a"} 3
                mcp_registry_session_age_seconds_gsum{node_id="a"} 190.5
                mcp_registry_session_age_seconds_bucket{node_id="b",le="60.0"} 0
                mcp_registry_session_age_seconds_bucket{node_id="b",le="3600.0"} 0
                mcp_registry_session_age_seconds_bucket{node_id="b",le="+Inf"} 0
                mcp_registry_session_age_seconds_gcount{node_id="b"} 0
                mcp_registry_session_age_seconds_gsum{node_id="b"} 0
                # HELP mcp_sessiond_build Build.
                # TYPE mcp_sessiond_build info
                mcp_sessiond_build_info{version="1.0.0"} 1
                # HELP mcp_sessiond_watch_mode How changes are learnt.
                # TYPE mcp_sessiond_watch_mode stateset
                mcp_sessiond_watch_mode{mcp_sessiond_watch_mode="tracking"} 0
                mcp_sessiond_watch_mode{mcp_sessiond_watch_mode="scan"} 1
                # EOF

                """)
    }

    @Test(arguments: [
        (ExpositionFormat.text, #"# HELP g a \\ b\nc "d""#), (.openMetrics, #"# HELP g a \\ b\nc \"d\""#),
    ])
    func helpIsEscapedAsTheFormatHasIt(format: ExpositionFormat, expected: String) {
        var page = MetricPage(format: format, reservingBytes: 0)
        page.family("g", .gauge, help: "a \\ b\nc \"d\"") { _ in }
        let eof = format == .openMetrics ? "# EOF\n" : ""
        #expect(String(decoding: page.finish(), as: UTF8.self) == "\(expected)\n# TYPE g gauge\n\(eof)")
    }

    @Test(arguments: [
        ("plain", #"a="plain""#), ("", #"a="""#), ("C:\\x", #"a="C:\\x""#), ("say \"hi\"", #"a="say \"hi\"""#),
        ("two\nlines", #"a="two\nlines""#), ("ünï 🦊", #"a="ünï 🦊""#), ("\\\"\n", #"a="\\\"\n""#),
    ])
    func labelValuesAreEscaped(value: String, expected: String) {
        #expect(String(decoding: LabelSet([("a", value)]).rendered, as: UTF8.self) == expected)
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (1, "1"), (-3, "-3"), (0.1, "0.1"), (1e-7, "1e-07"),
        (1_763_834_869.25, "1763834869.25"),
        (9_007_199_254_740_992, "9007199254740992"), (1e16, "1e+16"), (.pi, "3.141592653589793"),
        (.greatestFiniteMagnitude, "1.7976931348623157e+308"), (.leastNonzeroMagnitude, "5e-324"),
        (.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
    ])
    func doublesAreTheShortestThatReadBack(value: Double, expected: String) {
        var bytes: [UInt8] = []
        bytes.append(sample: value)
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test(arguments: [(Int.min, "-9223372036854775808"), (0, "0"), (Int.max, "9223372036854775807")])
    func integersHaveNoExponent(value: Int, expected: String) {
        var bytes: [UInt8] = []
        bytes.append(sample: value)
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test func namesAreChecked() {
        #expect(["a", "_a9", "node_id", "A"].allSatisfy(LabelSet.isName))
        #expect(!["", "9a", "a-b", "é", "a b", "a:b"].contains(where: LabelSet.isName))
    }

    @Test func contentTypesNameTheirVersion() {
        #expect(
            ExpositionFormat.allCases.map(\.contentType) == [
                "text/plain; version=0.0.4; charset=utf-8",
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
            ])
    }
}
