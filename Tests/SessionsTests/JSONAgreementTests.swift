import Foundation
import TestSupport
import Testing

@testable import Sessions

/// The walk compared with Foundation's JSONSerialization on random texts and on mutations of them.
///
/// Where they differ, Foundation refuses invalid UTF-8, lone surrogates and numbers beyond a Double, takes a comma
/// before a closing bracket, a byte order mark, UTF-16 and UTF-32, and nests deeper. The last four cannot arise here:
/// no mutation puts in a NUL or a mark.
@Suite struct JSONAgreementTests {
    private static var hugeNumber: Regex<Substring> { /[0-9][eE]\+?[0-9]{3,}/ }
    private static var lastComma: Regex<Substring> { /,[ \t\r\n]*[\]}]/ }

    private func isObject(_ text: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(text), options: [.fragmentsAllowed])) is [String: Any]
    }

    private func randomString(_ random: inout SeededRandom) -> String {
        let pieces = [
            "", "a", "node", "x y", "\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\ud83e\\udd8a", "é", "🦊", "{", "]", ",",
            ":",
        ]
        let count = Int.random(in: 0...3, using: &random)
        return "\"" + (0..<count).map { _ in random.pick(pieces) }.joined() + "\""
    }

    private func space(_ random: inout SeededRandom) -> String {
        random.oneIn(4) ? random.pick([" ", "\n", "\t", "\r", "  "]) : ""
    }

    private func randomValue(_ random: inout SeededRandom, depth: Int) -> String {
        let numbers = ["0", "-0", "1", "-12", "1787307302", "0.5", "-1.25e3", "1E-5", "1e+10", "12345678901234567890"]
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
        case 0: return randomString(&random)
        case 1: return random.pick(numbers)
        case 2: return "true"
        case 3: return "false"
        case 4: return "null"
        case 5: return randomObject(&random, depth: depth - 1)
        default:
            let count = Int.random(in: 0...3, using: &random)
            let items = (0..<count).map { _ in
                space(&random) + randomValue(&random, depth: depth - 1) + space(&random)
            }
            return "[" + space(&random) + items.joined(separator: ",") + "]"
        }
    }

    private func randomObject(_ random: inout SeededRandom, depth: Int) -> String {
        let count = Int.random(in: 0...4, using: &random)
        let fields = (0..<count).map { _ in
            space(&random) + randomString(&random) + space(&random) + ":" + space(&random)
                + randomValue(&random, depth: depth) + space(&random)
        }
        return "{" + space(&random) + fields.joined(separator: ",") + "}"
    }

    private func mutate(_ text: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var text = text
        let bytes = Array("{}[]:,\"\\ \n\t0123456789eE+-.truefalsn'/*\u{1}\u{7F}uUx".utf8)
        for _ in 0..<Int.random(in: 1...3, using: &random) where !text.isEmpty {
            let at = Int.random(in: 0..<text.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: text.remove(at: at)
            case 1: text.insert(random.pick(bytes), at: at)
            case 2: text[at] = random.pick(bytes)
            case 3: text.removeSubrange(at...)
            case 4:
                let end = Int.random(in: at..<text.count, using: &random)
                text.insert(contentsOf: text[at...end], at: Int.random(in: 0...text.count, using: &random))
            default: text.swapAt(at, Int.random(in: 0..<text.count, using: &random))
            }
        }
        return text
    }

    @Test func acceptsWhatFoundationAccepts() {
        var random = SeededRandom(for: "acceptsWhatFoundationAccepts")
        for _ in 0..<4000 {
            let text = space(&random) + randomObject(&random, depth: 4) + space(&random)
            let whole = Array(text.utf8)
            #expect(isObject(whole), "\(text), seed \(random.seed)")
            #expect((try? walk(whole).get()) != nil, "\(text), seed \(random.seed)")
        }
    }

    @Test func refusesWhatFoundationRefuses() {
        var random = SeededRandom(for: "refusesWhatFoundationRefuses")
        var accepted = 0
        var refused = 0
        for _ in 0..<12_000 {
            let text = mutate(Array(randomObject(&random, depth: 3).utf8), &random)
            let shown = String(decoding: text, as: UTF8.self)
            // Characters and escape pairs cut in two are for Foundation alone to refuse.
            guard String(validating: text, as: UTF8.self) != nil, !shown.contains("\\u") || !hasLoneSurrogate(shown)
            else { continue }
            let ours = (try? walk(text).get()) != nil
            if ours { accepted += 1 } else { refused += 1 }
            guard ours != isObject(text) else { continue }
            let isExcepted = ours ? shown.contains(Self.hugeNumber) : shown.contains(Self.lastComma)
            #expect(isExcepted, "\(ours ? "accepted" : "refused") \(shown), seed \(random.seed)")
        }
        // Else the comparison says nothing.
        #expect(accepted > 500 && refused > 500, "seed \(random.seed)")
    }

    /// Whether any `\ud8..` or `\udc..` escape stands there: rare enough to leave those texts out whole.
    private func hasLoneSurrogate(_ text: String) -> Bool {
        text.lowercased().components(separatedBy: "\\ud").count > 1
    }

    /// The same values come out, escapes undone, the later of two fields of one name kept.
    @Test func findsTheValuesThatFoundationFinds() throws {
        var random = SeededRandom(for: "findsTheValuesThatFoundationFinds")
        let wanted = ["a", "node", "x y", "é", ""]
        let reader = FieldReader(wanted: wanted.map { [$0] })
        for _ in 0..<4000 {
            let fields = (0..<5).map { _ in
                "\"\(random.pick(wanted))\":"
                    + (random.oneIn(2) ? randomString(&random) : randomValue(&random, depth: 2))
            }
            let text = Array(("{" + fields.joined(separator: ",") + "}").utf8)
            let object = try #require(try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any])
            let texts = try #require(try reader.texts(wanted.count, json: text))
            for (name, found) in zip(wanted, texts) {
                let note: Comment = "\(name) of \(String(decoding: text, as: UTF8.self)), seed \(random.seed)"
                if let string = object[name] as? String {
                    #expect(found == string, note)
                } else if object[name] == nil || object[name] is NSNull
                    || object[name] as? Bool != nil && !isNumber(found)
                {
                    #expect(found == nil, note)
                } else {
                    #expect(found != nil, note)
                }
            }
        }
    }

    /// Foundation hands out 0 and 1 as booleans too.
    private func isNumber(_ text: String?) -> Bool { ["0", "1", "-0"].contains(text) }

    @Test func randomBytesAreRefusedWithoutHarm() {
        var random = SeededRandom(for: "randomBytesAreRefusedWithoutHarm")
        for _ in 0..<5000 {
            let count = Int.random(in: 0...40, using: &random)
            let bytes = [UInt8(ascii: "{")] + (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            if let fields = try? walk(bytes).get() { #expect(fields.isEmpty, "seed \(random.seed)") }
        }
    }
}
