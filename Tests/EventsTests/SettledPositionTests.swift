import TestSupport
import Testing

@testable import Events

/// A reader that starts anew where the last one left off counts each event once.
@Suite struct SettledPositionTests {
    /// Lines of every format, pieces of partial lines on two streams, objects over several lines, records of .NET.
    private static func text(_ samples: [[UInt8]], _ random: inout SeededRandom) -> [UInt8] {
        var lines: [[UInt8]] = []
        var next = 0
        func id() -> String {
            next += 1
            let digits = String(next)
            return "7c9e6679-7425-40de-944b-" + String(repeating: "0", count: 12 - digits.count) + digits
        }
        for _ in 0..<Int.random(in: 1...40, using: &random) {
            let stamp = "2026-08-21T10:15:02.124000111Z"
            let json = #"{"level":"WARN","target":"n","message":"session not on this node","session_id":"\#(id())"}"#
            let record: [String]
            switch Int.random(in: 0..<9, using: &random) {
            case 0: record = ["\(stamp) stderr P \(json.prefix(50))", "\(stamp) stderr F \(json.dropFirst(50))"]
            case 1: record = ["\(stamp) stdout P \(json.prefix(9))", "\(stamp) stdout P \(json.dropFirst(9))"]
            case 2: record = ["\(stamp) stdout F "]
            case 3: record = ["Session not found {", "  sessionId: '\(id())',", "  node: 'n1'", "}"]
            case 4: record = ["Session not found {", "  sessionId: '\(id())',"]
            case 5:
                record = [
                    "warn: \(random.pick(["A.B", "SessionRouter"]))[7]",
                    "      Session \(id()) already owned by node-a", "      more", "      at A.B()",
                ]
            case 6: record = [json, "thread 'session' panicked at src/session.rs:88:14:", json + "\r"]
            case 7: record = ["{\"message\":\"listening\"}", "", "GET / 200"]
            default:
                lines.append(random.pick(samples))
                continue
            }
            lines += record.map { Array($0.utf8) }
            // Records of two streams run into each other.
            if random.oneIn(3), lines.count > 2 { lines.swapAt(lines.count - 1, lines.count - 2) }
        }
        return Array(lines.joined(separator: [0x0A])) + (random.oneIn(2) ? [0x0A] : [])
    }

    /// Reads `text` from `start` on in random chunks until `stops` says so; what was handed on, and the last position.
    private func read(
        _ text: [UInt8], from start: UInt64, to end: Int, _ random: inout SeededRandom
    ) -> (told: [Told], read: LinesRead) {
        var reader = LineReader()
        var told: [Told] = []
        var read = LinesRead(readTo: start, settledAt: start, counted: 0, lines: 0)
        var available = Int(start)
        while available < end {
            available = min(available + Int.random(in: 1...200, using: &random), end)
            let chunk = text.span.extracting(Int(read.readTo)..<available)
            let isLast = available == text.count
            let next = reader.readLines(in: chunk, at: read.readTo, isLast: isLast) { told.append(Told($0)) }
            read = next
        }
        return (told, read)
    }

    @Test func aReaderStartedAnewCountsEachOutcomeOnce() throws {
        var random = SeededRandom(for: "aReaderStartedAnewCountsEachOutcomeOnce")
        let samples = try Samples.all().map(\.bytes).filter { $0.count < 2000 }
        for _ in 0..<400 {
            let text = Self.text(samples, &random)
            let whole = read(text, from: 0, to: text.count, &random).told
            // Stopped up to three times, each time after some bytes.
            var told: [Told] = []
            var read = LinesRead(readTo: 0, settledAt: 0, counted: 0, lines: 0)
            for stop in 0..<4 {
                let end = stop == 3 ? text.count : Int.random(in: Int(read.readTo)...text.count, using: &random)
                let (again, next) = self.read(text, from: read.settledAt, to: end, &random)
                #expect(again.count >= read.counted, "seed \(random.seed)")
                told += again.dropFirst(read.counted)
                read = next
                if end == text.count { break }
            }
            let isSame = told.filter { $0.kind != "malformed" } == whole.filter { $0.kind != "malformed" }
            #expect(isSame, "seed \(random.seed)")
            #expect(read.readTo == UInt64(text.count) && read.settledAt == read.readTo && read.counted == 0)
        }
    }

    @Test func chunksGiveWhatTheWholeGives() throws {
        var random = SeededRandom(for: "chunksGiveWhatTheWholeGives")
        let samples = try Samples.all().map(\.bytes).filter { $0.count < 2000 }
        for _ in 0..<400 {
            let text = Self.text(samples, &random)
            var reader = LineReader()
            var told: [Told] = []
            let read = reader.readLines(in: text.span, at: 0, isLast: true) { told.append(Told($0)) }
            let isSame = self.read(text, from: 0, to: text.count, &random).told == told
            #expect(isSame, "seed \(random.seed)")
            #expect(
                read.lines == text.split(separator: 0x0A, omittingEmptySubsequences: false).count
                    - (text.last == 0x0A ? 1 : 0))
        }
    }

    @Test func whatIsHeldKeepsThePositionBack() {
        let p = "2026-08-21T10:15:02.1Z stderr P {\"message\":\"session not on this node\",\n"
        let event = "{\"msg\":\"unknown session\",\"session_id\":\"\(ID.a)\"}\n"
        let f = "2026-08-21T10:15:02.1Z stderr F \"session_id\":\"\(ID.b)\"}\n"
        var reader = LineReader()
        var at: UInt64 = 100
        var reads: [LinesRead] = []
        for line in [event, p, event, event, f, event] {
            reads.append(reader.readLines(in: Array(line.utf8).span, at: at) { _ in })
            at = reads.last!.readTo
        }
        let begun = reads[0].readTo
        #expect(reads.map(\.settledAt) == [begun, begun, begun, begun, reads[4].readTo, reads[5].readTo])
        #expect(reads.map(\.counted) == [0, 0, 1, 2, 0, 0])
        #expect(reads.map(\.lines) == [1, 1, 1, 1, 1, 1])
    }

    @Test func theHeadOfADotnetRecordIsWhereOneStartsAnew() {
        let head = "warn: Mcp.SessionRouter[7]\n"
        let message = "      Session \(ID.a) already owned by node-a\n"
        var reader = LineReader()
        var at: UInt64 = 0
        var reads: [LinesRead] = []
        for line in ["{\"session\":1}\n", head, message, "      at A.B()\n", head, message] {
            reads.append(reader.readLines(in: Array(line.utf8).span, at: at) { _ in })
            at = reads.last!.readTo
        }
        let second = reads[3].readTo
        #expect(reads.last == LinesRead(readTo: at, settledAt: second, counted: 1, lines: 1))
    }

    @Test func theRestOfASourceIsALineAtItsEnd() {
        var reader = LineReader()
        let text = "{\"msg\":\"unknown session\",\"session_id\":\"\(ID.a)\"}"
        var told: [Told] = []
        #expect(
            reader.readLines(in: Array(text.utf8).span, at: 7) { told.append(Told($0)) }
                == LinesRead(readTo: 7, settledAt: 7, counted: 0, lines: 0))
        let end = 7 + UInt64(text.utf8.count)
        #expect(
            reader.readLines(in: Array(text.utf8).span, at: 7, isLast: true) { told.append(Told($0)) }
                == LinesRead(readTo: end, settledAt: end, counted: 0, lines: 1))
        #expect(told == [Told("unknown", session: ID.a)])
        #expect(
            reader.readLines(in: [UInt8]().span, at: end, isLast: true) { told.append(Told($0)) }
                == LinesRead(readTo: end, settledAt: end, counted: 0, lines: 0))
        #expect(told.count == 1)
    }

    @Test func aLineThatIsTooLongIsPassedOver() {
        var reader = LineReader()
        var told: [Told] = []
        let read = reader.passOverLine(to: 2_000_000) { told.append(Told($0)) }
        #expect(read == LinesRead(readTo: 2_000_000, settledAt: 2_000_000, counted: 0, lines: 1))
        #expect(told == [Told("malformed")])
    }
}
