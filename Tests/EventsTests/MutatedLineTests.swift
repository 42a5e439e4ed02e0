import TestSupport
import Testing

@testable import Events

@Suite struct MutatedLineTests {
    /// Lines torn, joined, doubled, flipped: never a crash, never an id that the line does not hold.
    @Test func noMutationGivesAnIDThatIsNotInTheLine() throws {
        var random = SeededRandom(for: "noMutationGivesAnIDThatIsNotInTheLine")
        let samples = try Samples.all().map(\.bytes).filter { $0.count < 3000 }
        var reader = LineReader()
        var kept: [UInt8] = []
        for _ in 0..<10_000 {
            var line = random.pick(samples)
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&line, with: samples, &random) }
            kept += line
            let isAlone = kept.count == line.count
            let reading = reader.read(line.span)
            for outcome in [reading.outcome, reading.earlier].compactMap(\.self) {
                guard case .event(let event) = outcome, let id = event.session.bytes else { continue }
                #expect(isAlone ? holds(line, id) : follows(kept, id), "seed \(random.seed)")
            }
            // A record of several lines may take its id from any of them.
            if !reader.wantsNextLine { kept = [] }
            if kept.count > 20_000 {
                reader = LineReader()
                kept = []
            }
        }
    }

    private func mutate(_ line: inout [UInt8], with samples: [[UInt8]], _ random: inout SeededRandom) {
        guard !line.isEmpty else { return }
        let at = Int.random(in: 0..<line.count, using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0: line.removeSubrange(at...)
        case 1: line.removeSubrange(..<at)
        case 2: line[at] = UInt8.random(in: 0...255, using: &random)
        case 3: line.insert(random.pick(Array("\"\\{}[]=:, '\u{1B}\t|".utf8)), at: at)
        case 4: line.insert(contentsOf: line[at...].prefix(40), at: at)
        case 5: line += random.pick(samples)
        default: line.remove(at: at)
        }
    }

    /// Whether the id stands in the line, as it is or through one or more rounds of escapes.
    private func holds(_ line: [UInt8], _ id: [UInt8]) -> Bool {
        let text = plain(line)
        // `\u0041`, and journald's arrays of numbers.
        return text.range(of: String(decoding: plain(id), as: UTF8.self)) != nil || line[...].contains("\\u")
            || text.contains("MESSAGE\":[")
    }

    /// Without colours and backslashes.
    private func plain(_ text: [UInt8]) -> ArraySlice<UInt8> {
        text[...].cleaned.filter { $0 != UInt8(ascii: "\\") }[...]
    }

    /// Whether the bytes of the id follow each other in the lines: wrappers may stand between them.
    private func follows(_ line: [UInt8], _ id: [UInt8]) -> Bool {
        var rest = id[...]
        for byte in line where byte == rest.first { rest.removeFirst() }
        return rest.isEmpty
    }

    @Test func anIDIsTakenByteForByte() throws {
        var random = SeededRandom(for: "anIDIsTakenByteForByte")
        for _ in 0..<2_000 {
            let id = (0..<Int.random(in: 9...80, using: &random)).map { _ in
                UInt8.random(in: 0x21...0x7E, using: &random)
            }
            // Quotes at both ends, as Rust's `Debug` writes them, cannot be told from an id of that shape; an ellipsis
            // at the end says that it is cut.
            guard id.first != UInt8(ascii: "\""), !id.elementsEqual(id.suffix(3)), !id[...].ends(with: "..."),
                id.last != UInt8(ascii: ")")
            else { continue }
            var written =
                "{\"level\":\"WARN\",\"target\":\"n\",\"message\":\"session not on this node\",\"session_id\":\""
            for byte in id {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { written += "\\" }
                written.unicodeScalars.append(Unicode.Scalar(byte))
            }
            var reader = LineReader()
            guard case .event(let event) = reader.read(written + "\"}").outcome else {
                Issue.record("no event, seed \(random.seed)")
                continue
            }
            #expect(event.session.bytes == id, "seed \(random.seed)")
        }
    }
}

extension LogSession {
    var bytes: [UInt8]? {
        switch self {
        case .full(let id): id.bytes
        case .prefix(let bytes): bytes
        case .none: nil
        }
    }
}
