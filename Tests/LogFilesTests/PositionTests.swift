import Foundation
import Testing

@testable import LogFiles

@Suite struct PositionTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func follow(_ limits: LogLimits = LogLimits()) throws -> Following {
        try Following([folder("a.log")], state: folder("state"), limits: limits)
    }

    @Test func thePositionFileHoldsNoneOfTheBytes() throws {
        try folder.write("first\nsecond\nand", to: "a.log")
        let following = try follow()
        following.round()
        #expect(following.files.map(\.committed) == [0])
        try following.commit()
        #expect(following.files.map { [$0.settled, $0.committed] } == [[6, 6]])
        let facts = try FileFacts.at(folder("a.log"))
        let digest = "e6f18f7d1bdd439cf4f8e38aba2a64ee97858a5fc4c7f324779ea34640290930"
        let text = try folder.text("state/positions.json")
        let expected =
            #"{"files":[{"counted":1,"device":\#(facts.identity.device),"ended":false,"#
            + #""fingerprint":{"bytes":16,"#
            + #""sha256":"\#(digest)"},"inode":\#(facts.identity.inode),"offset":6,"path":"\#(folder("a.log"))"}],"#
            + #""version":1}"# + "\n"
        #expect(text == expected)
        #expect(try folder.names(in: "state") == ["lock", "positions.json"])
        let mode = try FileManager.default.attributesOfItem(atPath: folder("state"))[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    @Test func aCleanStopCountsEachLineOnce() throws {
        try folder.write("aaa\nbb\nccc\nddd\nee", to: "a.log")
        let following = try follow()
        following.taker.room = 3
        following.round()
        try following.restart()
        #expect(following.files == [])
        following.round()
        try following.restart()
        following.round()
        try folder.append("e\n", to: "a.log")
        following.round()
        #expect(following.taker.texts == ["aaa", "bb", "ccc", "ddd", "eee"])
    }

    @Test func positionsTakenBeforeAreWrittenAsTheyWere() throws {
        try folder.write("a\nb\n", to: "a.log")
        let following = try follow()
        following.taker.room = 1
        following.round()
        let positions = following.positions
        following.taker.room = nil
        following.round()
        try following.commit(positions)
        #expect(following.files.map { [$0.settled, $0.committed] } == [[4, 2]])
        following.kill()
        try following.start()
        following.round()
        #expect(following.taker.texts == ["a", "b", "b"])
    }

    @Test func nothingIsWrittenWhereNothingMoved() throws {
        for name in "abcdef" { try folder.write("\(name)\n", to: "\(name).log") }
        let following = try Following([folder("*.log")], state: folder("state"))
        following.round()
        try following.commit()
        let before = try FileFacts.at(folder("state/positions.json"))
        following.round()
        try following.commit()
        try following.restart()
        following.round()
        try following.commit()
        #expect(try FileFacts.at(folder("state/positions.json")) == before)
        try folder.append("b\n", to: "a.log")
        following.round()
        try following.commit()
        #expect(try FileFacts.at(folder("state/positions.json")).identity != before.identity)
    }

    private static let unreadable = [
        "", "{", "[]", "null", #"{"version":"1","files":[]}"#, #"{"version":0,"files":[]}"#, #"{"version":1}"#,
        #"{"files":[]}"#, "\u{0}\u{0}", entry(#""offset":-1"#), entry(#""counted":-1"#), entry(#""path":"a.log""#),
        entry(#""fingerprint":{"bytes":0,"sha256":"\#(hex)"}"#), entry(#""fingerprint":{"bytes":9,"sha256":"00"}"#),
        entry(#""fingerprint":{"bytes":2000,"sha256":"\#(hex)"}"#), entry(#""offset":9223372036854775808"#),
        entry("", count: 2),
    ]
    private static let hex = String(repeating: "0f", count: 32)

    /// A position file of one entry with one field replaced.
    private static func entry(_ field: String, count: Int = 1) -> String {
        let fields = [
            #""counted":0"#, #""device":1"#, #""ended":false"#, #""fingerprint":{"bytes":9,"sha256":"\#(hex)"}"#,
            #""inode":2"#, #""offset":0"#, #""path":"/a.log""#,
        ]
        let name = field.prefix { $0 != ":" }
        let chosen = fields.map { !field.isEmpty && $0.hasPrefix(name) ? field : $0 }.joined(separator: ",")
        return #"{"version":1,"files":[\#(Array(repeating: "{\(chosen)}", count: count).joined(separator: ","))]}"#
    }

    @Test func theEntryOfTheseTestsIsReadable() {
        #expect(PositionDocument.positions(in: Array(Self.entry("").utf8))?.count == 1)
    }

    @Test(arguments: unreadable) func aCorruptPositionFileIsSetAside(text: String) throws {
        try folder.makeFolder("state")
        try folder.write(text, to: "state/positions.json")
        try folder.write("a\n", to: "a.log")
        let following = try follow()
        let kept = folder("state/positions.json.corrupt-1")
        let problem = LogProblem(path: folder("state/positions.json"), reason: .corruptPositions(keptAs: kept))
        #expect(following.round() == LogRound(bytesRead: 2, problems: [problem]))
        #expect(following.round().problems == [])
        #expect(try folder.text("state/positions.json.corrupt-1") == text)
        try following.restart()
        #expect(following.round() == LogRound())
    }

    @Test func corruptPositionFilesAreKeptToANumber() throws {
        try folder.makeFolder("state")
        for number in 1...6 {
            try folder.write("\(number)", to: "state/positions.json")
            try follow().kill()
        }
        let copies = (1...4).map { "positions.json.corrupt-\($0)" }
        #expect(try folder.names(in: "state") == ["lock"] + copies)
        #expect(try copies.map { try folder.text("state/\($0)") } == ["1", "2", "3", "6"])
    }

    @Test func aNewerPositionFileIsLeftAlone() throws {
        try folder.makeFolder("state")
        let text = #"{"version":2,"positions":"elsewhere"}"#
        try folder.write(text, to: "state/positions.json")
        let path = folder("state/positions.json")
        #expect(throws: LogFilesError.newerVersion(path, found: 2, known: 1)) { try follow() }
        #expect(throws: LogFilesError.newerVersion(path, found: 2, known: 1)) { try follow() }
        #expect(try folder.text("state/positions.json") == text)
    }

    @Test func aCommitThatFailsLeavesTheOldPositionsAndIsTriedAgain() throws {
        try folder.write("a\n", to: "a.log")
        let following = try follow()
        following.round()
        try following.commit()
        let before = try folder.text("state/positions.json")
        try folder.append("b\n", to: "a.log")
        // Even root cannot write where a folder stands.
        try folder.makeFolder("state/positions.json.new")
        following.round()
        let reason = "File exists"
        #expect(throws: LogFilesError.commit(folder("state/positions.json"), reason: reason)) {
            try following.commit()
        }
        #expect(try folder.text("state/positions.json") == before)
        try folder.append("c\n", to: "a.log")
        following.round()
        #expect(following.taker.texts == ["a", "b", "c"])
        try FileManager.default.removeItem(atPath: folder("state/positions.json.new"))
        try following.restart()
        following.round()
        #expect(following.taker.texts == ["a", "b", "c"])
    }

    @Test func aFullDiskIsSaidInTheSystemsWords() throws {
        let failure = #expect(throws: SystemFailure.self) {
            try OpenFile("/dev/full", O_WRONLY).write(Array("positions".utf8))
        }
        #expect(failure?.reason == "No space left on device")
    }

    @Test func oneStateDirectoryHasOneUser() throws {
        let following = try follow()
        #expect(throws: LogFilesError.inUse(folder("state"))) { try follow() }
        following.kill()
        try follow().kill()
    }

    @Test func whatCannotBeAStateDirectoryIsSaid() throws {
        try folder.write("", to: "file")
        let cases: [(String, LogFilesError)] = [
            ("state", .relativePath("state")),
            (folder("no/state"), .stateDirectory(folder("no/state"), reason: "No such file or directory")),
            (folder("file"), .stateDirectory(folder("file"), reason: "Not a directory")),
        ]
        for (path, error) in cases {
            #expect(throws: error) { try Following([folder("a.log")], state: path) }
        }
        #expect(throws: LogFilesError.relativePath("a.log")) { try Following(["a.log"], state: folder("state")) }
    }

    @Test func whatStillHasANameIsNotForgotten() throws {
        var limits = LogLimits()
        limits.maxFiles = 2
        limits.maxPositions = 5
        let following = try Following([folder("a.log"), folder("a.log.?")], state: folder("state"), limits: limits)
        for number in 0..<4 {
            try folder.write("named \(number)\n", to: "a.log")
            following.rounds()
            try folder.rename("a.log", to: "a.log.\(number)")
        }
        for number in 10..<20 {
            try folder.write("nameless \(number)\n", to: "a.log")
            following.rounds()
            try folder.rename("a.log", to: "a.log.\(number)")
        }
        following.rounds()
        #expect(following.positions.positions.count == 5)
        #expect(following.taker.texts == (0..<4).map { "named \($0)" } + (10..<20).map { "nameless \($0)" })
    }

    @Test func theFingerprintGrowsWithTheFile() throws {
        let following = try follow()
        for (size, count) in [(9, 9), (90, 99), (900, 999), (9_000, 1_024)] {
            try folder.append(String(repeating: "x", count: size - 1) + "\n", to: "a.log")
            following.round()
            #expect(following.positions.positions.map(\.fingerprint.count) == [count])
        }
    }

    @Test func positionsOfFilesThatAreGoneAreDropped() throws {
        var limits = LogLimits()
        limits.maxFiles = 2
        limits.maxPositions = 3
        let following = try follow(limits)
        for number in 0..<6 {
            try folder.write("line \(number)\n", to: "a.log")
            following.rounds()
            try folder.rename("a.log", to: "a.log.\(number)")
        }
        following.rounds()
        try following.commit()
        let kept = following.positions.positions.map(\.offset)
        #expect(kept == [7, 7, 7])
        let inodes = try (3..<6).map { try FileFacts.at(folder("a.log.\($0)")).identity.inode }
        #expect(following.positions.positions.map(\.identity.inode).sorted() == inodes.sorted())
    }
}
