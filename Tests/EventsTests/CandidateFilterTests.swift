import TestSupport
import Testing

@testable import Events

@Suite struct CandidateFilterTests {
    @Test func everySampleOfAnEventIsACandidate() throws {
        let missed = try Samples.all().filter { sample in
            sample.kind != "irrelevant" && sample.kind != "malformed" && !CandidateFilter.isCandidate(sample.bytes.span)
        }
        #expect(missed.map { "\($0.file):\($0.line)" } == [])
        let modern = try Samples.all().filter { $0.note.hasPrefix("modern stateless") }
        #expect(modern.map { CandidateFilter.isCandidate($0.bytes.span) } == [true])
    }

    @Test func everyNeedleIsFoundAtEveryPlaceInEitherCase() {
        #expect(Set(CandidateFilter.seedBytes.map(\.needle)) == Set(CandidateFilter.needles))
        for needle in CandidateFilter.needles {
            let written = needle.replacing("|", with: "\\")
            for text in [written, written.uppercased()] {
                for before in 0..<70 {
                    for after in [0, 1, 40] {
                        let line = String(repeating: ".", count: before) + text + String(repeating: "-", count: after)
                        let hit = CandidateFilter.nextHit(in: Array(line.utf8).span, from: 0)
                        #expect(hit.map { $0 >= before && $0 < before + text.utf8.count } == true)
                    }
                }
            }
        }
    }

    @Test(arguments: [
        "", "s", #"{"level":"INFO","message":"handled request","uri":"/mcp","status":200}"#,
        "missing side of a passage",
        "download p 5", "inside the wing", "stdout F text", "mcp-node started", "edition", "own er",
        String(repeating: "ss wn sr p- ", count: 30),
    ])
    func otherLinesAreNone(line: String) {
        let bytes = Array(line.utf8)
        let isCandidate = CandidateFilter.isCandidate(bytes.span)
        #expect(!isCandidate)
    }

    @Test func aChunkGivesTheSameEventsAsItsLines() throws {
        var random = SeededRandom(for: "aChunkGivesTheSameEventsAsItsLines")
        let noise = [
            #"{"level":"INFO","message":"handled request","uri":"/mcp"}"#, "", "GET / 200", "      at A.B.Run()",
            "info: A.B[0]",
            "}", "  x: 1,",
        ]
        for _ in 0..<50 {
            var samples = try Samples.all().filter { !["irrelevant", "malformed"].contains($0.kind) }.map(\.bytes)
            samples.shuffle(using: &random)
            var text: [UInt8] = []
            var expected: [Told] = []
            for sample in samples.prefix(20) {
                for _ in 0..<Int.random(in: 0..<4, using: &random) {
                    text += Array(random.pick(noise).utf8) + [0x0A]
                }
                // A line of .NET's console is an event only behind its head.
                if sample.first == 0x20 { text += Array("warn: A.B[0]\n".utf8) }
                text += sample + [0x0A]
            }
            var plain = LineReader()
            for line in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
                if case .event(let event) = plain.read(Array(line).span).outcome {
                    expected.append(Told(.event(event)))
                }
            }
            var reader = LineReader()
            var told: [Told] = []
            let read = reader.readLines(in: (text + Array("torn sess".utf8)).span, at: 1000) { outcome in
                if case .event = outcome { told.append(Told(outcome)) }
            }
            #expect(told == expected)
            #expect(read.readTo == 1000 + UInt64(text.count))
            #expect(read.lines == text.count { $0 == 0x0A })
        }
    }

    @Test func aPartialLineIsReadThroughTheFilter() {
        let lines = [
            #"2026-08-21T10:15:02.1Z stderr P {"message":"s"#, #"2026-08-21T10:15:02.1Z stdout F {"message":"other"}"#,
            #"2026-08-21T10:15:02.2Z stderr F ession not on this node","level":"WARN","target":"n","session_id":"\#(ID.a)"}"#,
            #"2026-08-21T10:15:02.3Z stderr F {"message":"listening"}"#, "",
        ].joined(separator: "\n")
        var reader = LineReader()
        var told: [Told] = []
        _ = reader.readLines(in: Array(lines.utf8).span, at: 0) { told.append(Told($0)) }
        #expect(told == [Told("misroute", session: ID.a)])
    }
}
