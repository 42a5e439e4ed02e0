import Foundation
import Testing

@testable import LogFiles

@Suite struct ProblemTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func follow(_ name: String, limits: LogLimits = LogLimits()) throws -> Following {
        try Following([folder(name)], state: folder("state"), limits: limits)
    }

    @Test func whatIsNoLogFileIsNamedAndTriedAgain() throws {
        try folder.makeFolder("a.log")
        try check(unsafe mkfifo(folder("b.log"), 0o600), "mkfifo")
        try Data([0x1F, 0x8B, 8, 0, 0x0A]).write(to: URL(fileURLWithPath: folder("c.log")))
        try folder.link("d.log", to: "/dev/zero")
        try folder.link("e.log", to: "nowhere")
        try folder.link("f.log", to: "f.log")
        try folder.write("one\n", to: "g.log")
        let following = try follow("*.log")
        let reasons: [LogProblem.Reason] = [
            .directory, .notRegular, .notRegular, .missing, .unreadable("Too many levels of symbolic links"), .gzip,
        ]
        let problems = zip("abdefc", reasons).map { LogProblem(path: folder("\($0).log"), reason: $1) }
        #expect(following.round() == LogRound(bytesRead: 4, problems: problems))
        #expect(following.round() == LogRound(problems: problems))
        #expect(following.files.map(\.problem) == [nil] + problems)
        let labels = ["directory", "not_regular", "not_regular", "missing", "unreadable", "gzip"]
        #expect(problems.map(\.label) == labels)
        for name in ["b.log", "c.log", "d.log", "e.log", "f.log"] { try folder.remove(name) }
        try check(unsafe rmdir(folder("a.log")), "rmdir")
        for name in ["a.log", "b.log", "c.log"] { try folder.write("\(name)\n", to: name) }
        #expect(following.round().problems == [])
        #expect(following.taker.texts == ["one", "a.log", "b.log", "c.log"])
    }

    @Test func anEmptyFileThatTurnsOutToBeCompressedIsNotRead() throws {
        try folder.write("", to: "a.log")
        let following = try follow("a.log")
        #expect(following.round() == LogRound())
        try Data([0x1F, 0x8B, 8, 0, 0x0A]).write(to: URL(fileURLWithPath: folder("a.log")))
        let problems = [LogProblem(path: folder("a.log"), reason: .gzip)]
        #expect(following.rounds(2).map(\.problems) == [problems, problems])
        #expect(following.taker.texts == [])
    }

    @Test func aNameThatIsNoTextIsNamed() throws {
        let name = Array(folder("").utf8CString.dropLast()) + [CChar(bitPattern: 0xFF)] + Array(".log".utf8CString)
        let descriptor = unsafe open(name, O_CREAT | O_WRONLY, 0o600)
        try check(descriptor < 0 ? -1 : close(descriptor), "open")
        let following = try follow("*.log")
        #expect(following.round().problems == [LogProblem(path: folder("\u{FFFD}.log"), reason: .badName)])
    }

    @Test func noMoreFilesAreFollowedThanMayBe() throws {
        for number in 10..<20 { try folder.write("\(number)\n", to: "\(number).log") }
        var limits = LogLimits()
        limits.maxFiles = 3
        let following = try follow("*.log", limits: limits)
        let problem = LogProblem(path: folder("*.log"), reason: .tooManyFiles(7))
        #expect(following.round() == LogRound(bytesRead: 9, problems: [problem]))
        #expect(following.files.count == 4)
        // Room for another, when one is gone and closed.
        let status = try #require(following.files.first)
        try FileManager.default.removeItem(atPath: status.path)
        let rounds = following.rounds()
        #expect(rounds.map(\.bytesRead).reduce(0, +) == 3)
        #expect(rounds.last?.problems == [LogProblem(path: folder("*.log"), reason: .tooManyFiles(6))])
        #expect(Set(following.taker.texts).count == 4)
    }

    @Test func noMoreNamesAreLookedAtThanMayBe() throws {
        for number in 10..<20 { try folder.write("\(number)\n", to: "\(number).log") }
        var limits = LogLimits()
        limits.maxNames = 4
        let following = try follow("*.log", limits: limits)
        let problem = LogProblem(path: folder("*.log"), reason: .tooManyFiles(6))
        #expect(following.round() == LogRound(bytesRead: 12, problems: [problem]))
    }

    @Test func aFastWriterDoesNotKeepOthersWaiting() throws {
        let text = (1000..<2000).map { "line \($0)\n" }.joined()
        try folder.write(text, to: "a.log")
        try folder.write("b\n", to: "b.log")
        var limits = LogLimits()
        limits.chunkBytes = 100
        limits.fileBytesPerRound = 500
        let following = try follow("*.log", limits: limits)
        let first = following.round()
        #expect(!first.isCaughtUp && following.taker.texts.contains("b"))
        #expect((500..<600).contains(first.bytesRead - 2))
        // Nor does a full round, whoever began the last one.
        limits.bytesPerRound = 200
        following.kill()
        let narrow = try follow("*.log", limits: limits)
        narrow.rounds(2)
        #expect(narrow.taker.texts.contains("b"))
    }

    @Test func whatIsNotTakenComesAgain() throws {
        try folder.write("one\ntwo\nthree\n", to: "a.log")
        let following = try follow("a.log")
        for room in [0, 1, 0, 1, 1] {
            following.taker.room = room
            #expect(!following.round(after: 0.01).isCaughtUp || following.taker.lines.count == 3)
        }
        #expect(following.taker.texts == ["one", "two", "three"])
        #expect(following.round().isCaughtUp)
    }

    @Test func theLastOfAFileComesAgainToo() throws {
        try folder.write("one\nhalf", to: "a.log")
        let following = try follow("a.log")
        following.round()
        try folder.remove("a.log")
        following.taker.room = 0
        #expect(following.rounds().map(\.isCaughtUp).contains(false))
        #expect(following.taker.texts == ["one"])
        following.taker.room = nil
        following.rounds()
        #expect(following.taker.texts == ["one", "half"])
        #expect(following.taker.ended == [1])
    }
}
