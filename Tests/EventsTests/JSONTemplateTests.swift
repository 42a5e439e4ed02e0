import TestSupport
import Testing

@testable import Events

/// Lines of a kind that was read before are compared with it instead of read: that must come to the same.
@Suite struct JSONTemplateTests {
    /// Lines like those of the samples, with other values and with what may not be left where it lies.
    private func mutate(_ line: inout [UInt8], with samples: [[UInt8]], _ random: inout SeededRandom) {
        guard !line.isEmpty else { return }
        let at = Int.random(in: 0..<line.count, using: &random)
        switch Int.random(in: 0..<12, using: &random) {
        case 0: line[at] = UInt8.random(in: 0...255, using: &random)
        case 1: line.insert(random.pick(Array("\"\\{}[]:, #0-.eT Z\t\u{1B}".utf8)), at: at)
        case 2: line.remove(at: at)
        case 3: line.insert(contentsOf: random.pick(Self.pieces), at: at)
        case 4: line.removeSubrange(at..<min(at + Int.random(in: 1...9, using: &random), line.count))
        case 5: line += random.pick([[0x0D], [0x20], [0], Array("{}".utf8)])
        default:
            // Another value between two quotes, as most lines of a kind differ.
            let quotes = line.indices.filter { line[$0] == UInt8(ascii: "\"") }
            guard let place = quotes.indices.randomElement(using: &random), place + 1 < quotes.count else { return }
            line.replaceSubrange(quotes[place] + 1..<quotes[place + 1], with: random.pick(Self.values))
        }
    }

    private static let pieces = [
        "null", "\\u0041", "\\\"", "#033[1m", "\\", "\"session_id\":\"x\",", "\"message\":\"{\"", "[]", "true", "404",
    ].map { Array($0.utf8) }

    private static let values = [
        "", "node-z", "1868a90c-3a3f-4f5b-9c1e-2b7d5f0e6a11", "4efef178aab54dfcbf015e618ca87585", "7c9e6679...",
        "\\\"1868a90c-3a3f-4f5b-9c1e-2b7d5f0e6a11\\\"", "session not found", "unknown session", "misroute", "created",
        "{\\\"a\\\":1}", "{", "2026-08-21T23:59:59.999999999Z", "2026-02-30T10:15:02Z", "2026-08-21T10:15:60Z",
        "1999-01-01T00:00:00Z", "1787307302", "null", "***", "d1a653a6b43e2e0b", "a=b; _mcp_backend=c1", "Some(x)",
        "session_misrouted", "no_session_id", "registry_error", "404", "2026-07-28", "\u{FEFF}session not found",
        "session 7c9e6679-7425-40de-944b-e07fc1f90ae7 is owned by node-a", " padded ", "10.0.0.9:8080", "DELETE",
    ].map { Array($0.utf8) }

    @Test func aLineOfAKnownKindComesToWhatItWouldComeToAlone() throws {
        var random = SeededRandom(for: "aLineOfAKnownKindComesToWhatItWouldComeToAlone")
        let samples = try Samples.all().map(\.bytes).filter { $0.contains(UInt8(ascii: "{")) && $0.count < 3000 }
        var (quick, slow) = (LineReader(), LineReader())
        slow.usesTemplates = false
        var known = 0
        for _ in 0..<4_000 {
            // Few kinds at a time, each several times.
            if random.oneIn(60) {
                (quick, slow) = (LineReader(), LineReader())
                slow.usesTemplates = false
            }
            var line = samples[Int(random.seed % 7) * 11 % samples.count]
            if !random.oneIn(3) { line = random.pick(samples) }
            if random.oneIn(4) { line = Array("2026-08-21T10:15:02.124000111Z stderr F ".utf8) + line }
            for repeated in 0..<3 {
                if repeated > 0 { mutate(&line, with: samples, &random) }
                let isKnown = quick.templates.count
                let (a, b) = (quick.read(line.span), slow.read(line.span))
                if a.outcome != .irrelevant, isKnown > 0, isKnown == quick.templates.count { known += 1 }
                let isSame = a == b
                #expect(isSame, "seed \(random.seed)")
            }
        }
        #expect(known > 500)
    }

    @Test func linesInARowComeToWhatTheyComeToOneByOne() throws {
        var random = SeededRandom(for: "linesInARowComeToWhatTheyComeToOneByOne")
        let samples = try Samples.all().map(\.bytes).filter { $0.first == UInt8(ascii: "{") && $0.count < 3000 }
        for _ in 0..<300 {
            let kinds = (0..<3).map { _ in random.pick(samples) }
            var text: [UInt8] = []
            for _ in 0..<30 {
                var line = random.pick(kinds)
                if random.oneIn(2) { mutate(&line, with: samples, &random) }
                text += line.filter { $0 != 0x0A } + (random.oneIn(5) ? [0x0D, 0x0A] : [0x0A])
            }
            var (quick, slow) = (LineReader(), LineReader())
            slow.usesTemplates = false
            var (a, b): ([LineReading.Outcome], [LineReading.Outcome]) = ([], [])
            let read = quick.readLines(in: text.span, at: 0) { a.append($0) }
            let isSame = slow.readLines(in: text.span, at: 0) { b.append($0) } == read && a == b
            #expect(isSame, "seed \(random.seed)")
        }
    }

    @Test func theKindsThatAreRememberedAreBounded() {
        var reader = LineReader()
        for number in 0..<100 {
            let reading = reader.read(#"{"k\#(number)":1,"msg":"unknown session","session_id":"\#(ID.a)"}"#)
            #expect(Told(reading.outcome) == Told("unknown", session: ID.a))
        }
        #expect(reader.templates.count == 16)
    }

    @Test(arguments: [
        #"{"msg":"unknown session","session_id":"\#(ID.a)","session_id":"\#(ID.b)"}"#,
        #"{"msg":"unknown session","session_id":"a\"b\\c"}"#,
        #"{"log":"unknown session \#(ID.a)\n","stream":"stderr","time":"2026-08-21T10:15:02Z"}"#,
    ])
    func linesThatAreNotLeftWhereTheyLieMakeNoKind(line: String) {
        var reader = LineReader()
        _ = reader.read(line)
        #expect(reader.templates.isEmpty)
    }

    @Test func ofDebugsQuotesOnlyTheInsideIsTaken() {
        var reader = LineReader()
        for id in [ID.a, ID.b] {
            let reading = reader.read(
                #"{"level":"WARN","target":"n","fields":{"message":"session not on this node","session_id":"\"\#(id)\"","node":"\"b\""}}"#
            )
            #expect(Told(reading.outcome) == Told("misroute", session: id, node: "b"))
        }
        #expect(reader.templates.count == 1)
    }
}
