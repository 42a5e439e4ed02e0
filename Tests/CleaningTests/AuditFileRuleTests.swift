import Foundation
import Lab
import Sessions
import Testing

@testable import Cleaning
@testable import Sessions

/// The rules about the local file: what it has and what the stream has must agree.
@Suite struct AuditFileRuleTests {
    /// Three batches of one run, and the lines that the file has of them.
    private static let records = [auditRecord(1, 1...2), auditRecord(2, 3...4), auditRecord(3, 5...6)]

    /// A line of a session that this record names.
    private static func line(_ number: Int, of record: AuditEntry, _ change: (inout AuditEntry) -> Void = { _ in })
        -> AuditEntry
    {
        var line = record
        (line.id, line.refs, line.agesSeconds) = ("", [SessionRef(UInt64(number))], [617])
        change(&line)
        return line
    }

    private static func lines(_ numbers: [Int] = Array(1...6), _ change: (inout AuditEntry) -> Void = { _ in })
        -> [AuditEntry]
    {
        numbers.map { line($0, of: records[($0 - 1) / 2], change) }
    }

    @Test func `what is written to the file is read again`() throws {
        let record = auditRecord(1.25, 1...2) { ($0.boot, $0.attestedBy, $0.agesSeconds) = (nil, "ann", [nil, 7]) }
        let lines = record.lines.map { AuditEntry(line: Array($0.compact.utf8)) }
        #expect(
            lines
                == [1, 2].map { number in
                    Self.line(number, of: record) { $0.agesSeconds = number == 1 ? [nil] : [7] }
                })
        for text in ["", "{}", "[]", "x", #"{"time":"2026-08-21T10:16:42.250Z","ref":"s:12"}"#] {
            #expect(AuditEntry(line: Array(text.utf8)) == nil)
        }
        let whole = try #require(record.lines.first).compact
        for member in ["time", "ref", "node", "reason", "action", "silent_seconds", "epoch", "by", "run"] {
            #expect(AuditEntry(line: Array(whole.replacing("\"\(member)\"", with: "\"other\"").utf8)) == nil)
        }
        #expect(AuditEntry(line: Array(whole.replacing("\"boot\":null", with: "\"boot\":5").utf8)) == nil)
    }

    @Test func `a file that has all of it agrees`() {
        let result = auditChecked(Self.records, lines: Self.lines())
        #expect(result.broken == 0 && result.gaps.isEmpty && result.lines == 6, "\(result)")
        // It was moved away in the middle of the run, or another instance did the rest.
        #expect(auditChecked(Self.records, lines: Self.lines([3, 4, 5, 6])).broken == 0)
        #expect(auditChecked(Self.records, lines: Self.lines([1, 2])).broken == 0)
        #expect(auditChecked(Self.records, lines: []).lines == 0)
        // It has the time of the judgement, and the stream that of the removal.
        #expect(auditChecked(Self.records, lines: Self.lines { $0.at = $0.at - 1.5 }).broken == 0)
    }

    @Test(arguments: ["owner", "reason", "action", "age", "silence", "attestation", "epoch", "asker"])
    func `a line that says otherwise is named`(what: String) {
        let change = { (line: inout AuditEntry) in
            switch what {
            case "owner": line.boot = "b2"
            case "reason": line.reason = .ownerRestarted
            case "action": line.action = .expire
            case "age": line.agesSeconds = [nil]
            case "silence": line.silentSeconds = 909
            case "attestation": line.attestedBy = "ann"
            case "epoch": line.epoch = 4
            default: line.by = "api:ann"
            }
        }
        let result = auditChecked(Self.records, lines: Self.lines([1]) + Self.lines([2], change))
        #expect(
            result.violations == [
                .init(place: "audit.log:2", rule: .file, found: "record \(Self.records[0].id) has another \(what)")
            ])
    }

    @Test func `a line of a session that stayed is named`() {
        let records = Self.records + [auditRecord(3, 6...6, .kept)]
        #expect(auditChecked(records, lines: Self.lines()).brokenAt == ["file audit.log:6"])
        #expect(auditChecked(records, lines: Self.lines([1, 2, 3, 4, 5])).broken == 0)
        // It was removed after all.
        let again = records + [auditRecord(4, 6...6)]
        #expect(auditChecked(again, lines: Self.lines()).broken == 0)
    }

    @Test func `a line without a record is named in the middle of a run, and unknown elsewhere`() {
        let records = [Self.records[0], Self.records[2]]
        #expect(auditChecked(records, lines: Self.lines()).brokenAt == ["file audit.log:3", "file audit.log:4"])
        // Redis lost the end, or the beginning was trimmed.
        for lost in [[Self.records[0]], [Self.records[2]]] {
            let result = auditChecked(lost, lines: Self.lines())
            #expect(result.broken == 0 && result.unknown == ["file"] && result.gaps.first?.count == 4, "\(result)")
        }
        let cluster = auditChecked(records, lines: Self.lines()) { $0.isCluster = true }
        #expect(cluster.broken == 0 && cluster.unknown == ["file", "time"])
    }

    @Test func `a record without its lines is named in the middle of a run`() {
        #expect(auditChecked(Self.records, lines: Self.lines([1, 2, 5, 6])).brokenAt == ["file 2"])
        #expect(auditChecked(Self.records, lines: Self.lines([1, 2, 4, 5, 6])).brokenAt == ["file 2"])
        let kept = Self.records + [auditRecord(3, 3...3, .kept)]
        #expect(auditChecked(kept, lines: Self.lines([1, 2, 4, 5, 6])).broken == 0)
        // Of a session that was gone before, the stream of a cluster says so.
        let cluster = auditChecked(Self.records, lines: Self.lines([1, 2, 5, 6])) { $0.isCluster = true }
        #expect(cluster.broken == 0 && cluster.unknown == ["file", "time"])
    }

    @Test func `a line is judged by itself too`() {
        let result = auditChecked([], lines: [auditRecord(1, 1...1) { $0.silentSeconds = 5 }])
        #expect(result.brokenAt == ["silence audit.log:1"] && result.unknown == ["file"])
        let kept = auditChecked([], lines: [auditRecord(1, 1...1, .kept)])
        #expect(kept.brokenAt == ["file audit.log:1"])
    }

    @Test func `a file is read line by line to the length that it had`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let file = AuditLines(folder.file("audit.log"))
        #expect(throws: AuditLines.Failure.self) { try file.length().get() }
        #expect(throws: AuditLines.Failure.self) { try AuditLines(folder.path).length().get() }
        func lines(_ text: String, upTo length: Int? = nil) throws -> [String] {
            try text.write(toFile: file.path, atomically: true, encoding: .utf8)
            var lines: [String] = []
            let failure = file.read(try length ?? file.length().get()) { number, line in
                switch line {
                case .whole(let bytes): lines.append("\(number) \(String(decoding: bytes, as: UTF8.self))")
                case .unfinished: lines.append("\(number) unfinished")
                }
            }
            #expect(failure == nil)
            return lines
        }
        #expect(try lines("") == [])
        #expect(try lines("a\n\nb\n") == ["1 a", "2 ", "3 b"])
        #expect(try lines("a\nb") == ["1 a", "2 unfinished"])
        #expect(try lines("a\nb\nc\n", upTo: 4) == ["1 a", "2 b"])
        let long = String(repeating: "x", count: 200_000)
        let found = try lines("\(long)\nb\n")
        #expect(found.count == 2 && found[1] == "2 b" && found[0].count < 70_000)
    }
}
