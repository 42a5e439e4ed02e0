import Digests
import Sessions
import Testing

@testable import Events

@Suite struct LineReportTests {
    private static let text = [
        #"{"level":"WARN","target":"n","message":"session not on this node","session_id":"\#(ID.a)","node":"b","owner":"a"}"#,
        "GET / 200",
        #"2026-08-21T10:15:02Z stderr P {"message":"unknown "#,
        #"2026-08-21T10:15:02Z stderr F session","session_id":"7c9e6679"}"#,
        #"{"message":"session store opened","level":"INFO","target":"n"}"#,
        #"{"message":"unknown session","level":"WARN"}"#,
        "the session of 1787",
        "Session not found {", "  sessionId: '\(ID.b)',",
    ].joined(separator: "\n")

    private static let expected: [LineReport.Line] = [
        LineReport.Line(
            number: 1, outcome: .event(.misroute), format: .rustTracingJSON, node: "b", owner: LogOwner(node: "a"),
            session: .ref(SessionRef(SHA256().prefix64(Array(ID.a.utf8).span)))),
        LineReport.Line(number: 2, outcome: .passedBy),
        LineReport.Line(number: 3, outcome: .pending, format: .rustTracingJSON, wrappers: ["cri"]),
        LineReport.Line(
            number: 4, outcome: .event(.unknown), format: .json, wrappers: ["cri"],
            time: UnixTime(milliseconds: 1_787_307_302_000), session: .prefix(8)),
        LineReport.Line(number: 5, outcome: .irrelevant, format: .rustTracingJSON),
        LineReport.Line(number: 6, outcome: .malformed(.parseError), format: .json),
        LineReport.Line(number: 7, outcome: .malformed(.parseError), format: .text),
        LineReport.Line(number: 8, outcome: .pending, format: .nodeConsole),
        LineReport.Line(number: 9, outcome: .pending, format: .nodeConsole),
        LineReport.Line(
            number: 9, outcome: .event(.miss),
            session: .ref(SessionRef(SHA256().prefix64(Array(ID.b.utf8).span)))),
    ]

    @Test(arguments: [1, 7, 64, 10_000])
    func eachLineSaysWhatItWasTakenFor(chunkBytes: Int) {
        var report = LineReport()
        var lines: [LineReport.Line] = []
        let text = Array(Self.text.utf8)
        for start in stride(from: 0, to: text.count, by: chunkBytes) {
            let chunk = text.span.extracting(start..<min(start + chunkBytes, text.count))
            report.take(chunk, isLast: false) { lines.append($0) }
        }
        report.take([UInt8]().span, isLast: true) { lines.append($0) }
        #expect(lines == Self.expected)
        #expect(lines.map(\.isOfInterest) == [true, false, false, true, false, true, true, false, false, true])
        let totals = LineReport.Totals(
            lines: 9, records: 6, events: [.misroute: 1, .unknown: 1, .miss: 1], malformed: [.parseError: 2],
            formats: [.rustTracingJSON: 2, .json: 2, .text: 1], understood: 4)
        #expect(report.totals == totals)
        #expect(report.totals.share == 4.0 / 6)
    }

    @Test func aLineThatIsTooLongIsOneAndNotKept() {
        var report = LineReport()
        var lines: [LineReport.Line] = []
        let piece = Array(repeating: UInt8(ascii: "a"), count: 50_000)
        report.take(Array("session ".utf8).span, isLast: false) { lines.append($0) }
        for _ in 0..<4 { report.take(piece.span, isLast: false) { lines.append($0) } }
        report.take(Array("\n{}".utf8).span, isLast: true) { lines.append($0) }
        #expect(lines.map(\.outcome) == [.malformed(.tooLong), .passedBy])
        #expect(report.totals.share == 0)
        #expect(LineReport().totals.share == nil)
    }

    @Test func noCredentialIsInAReport() {
        var report = LineReport()
        var dumped = ""
        report.take(Array(Self.text.utf8).span, isLast: true) { dump($0, to: &dumped) }
        dump(report.totals, to: &dumped)
        #expect(dumped.contains("misroute"))
        #expect(!dumped.contains("7c9e") && !dumped.contains("1868a90c"))
    }
}
