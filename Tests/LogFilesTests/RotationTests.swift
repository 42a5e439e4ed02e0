import Testing

@testable import LogFiles

@Suite struct RotationTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func follow(_ names: String...) throws -> Following {
        try Following(names.map { folder($0) }, state: folder("state"))
    }

    @Test func aFileIsReadFromItsBeginningAndThenAsItGrows() throws {
        try folder.write("one\ntwo\n", to: "a.log")
        let following = try follow("a.log")
        let first = following.round()
        #expect(first == LogRound(bytesRead: 8))
        try folder.append("three\n", to: "a.log")
        #expect(following.round(after: 0.01).bytesRead == 6)
        #expect(following.round().bytesRead == 0)
        #expect(following.taker.texts == ["one", "two", "three"])
    }

    @Test func halfALineIsWaitedFor() throws {
        try folder.write("first\nseco", to: "a.log")
        let following = try follow("a.log")
        following.round()
        #expect(following.taker.texts == ["first"])
        try folder.append("nd", to: "a.log")
        following.round()
        try folder.append("\nthr", to: "a.log")
        following.rounds()
        #expect(following.taker.texts == ["first", "second"])
        // The second is one that settles with the next.
        let status = LogFileStatus(
            file: 1, path: folder("a.log"), tag: 0, size: 16, offset: 13, settled: 6, committed: 0)
        #expect(following.files == [status])
    }

    @Test func aRenamedFileIsReadToItsEndThenClosed() throws {
        try folder.write("one\n", to: "a.log")
        let following = try follow("a.log")
        following.round()
        let writer = try Writer(folder("a.log"))
        try folder.rename("a.log", to: "a.log.1")
        try folder.write("three\n", to: "a.log")
        try writer.write("two\n")
        following.round()
        #expect(following.taker.texts == ["one", "two", "three"])
        #expect(following.files.map(\.hasLeft) == [true, false])
        // Each piece of news is a reason to wait on.
        for piece in ["", "la", "te"] {
            try writer.write(piece)
            for _ in 0..<4 { following.round() }
            #expect(following.taker.ended == [])
        }
        let rounds = following.rounds(4)
        #expect(rounds.map(\.ended).reduce(0, +) == 1)
        #expect(following.taker.lines.last == LineTaker.Taken(file: 1, text: "late", isLast: true))
        #expect(following.taker.ended == [1])
        #expect(following.files.map(\.file) == [2])
    }

    @Test func theRestOfARenamedFileComesBeforeItsSuccessor() throws {
        try folder.write("old\n", to: "a.log")
        var limits = LogLimits()
        limits.chunkBytes = 16
        limits.fileBytesPerRound = 16
        let following = try Following([folder("a.log")], state: folder("state"), limits: limits)
        following.round()
        for number in 10..<30 { try folder.append("old \(number)\n", to: "a.log") }
        try folder.rename("a.log", to: "a.log.1")
        try folder.write("new\n", to: "a.log")
        #expect(!following.round().isCaughtUp)
        following.rounds(20)
        #expect(following.taker.texts == ["old"] + (10..<30).map { "old \($0)" } + ["new"])
    }

    @Test func aDeletedFileIsReadToItsEnd() throws {
        try folder.write("one\n", to: "a.log")
        let following = try follow("a.log")
        following.round()
        let writer = try Writer(folder("a.log"))
        try folder.remove("a.log")
        following.round()
        #expect(following.files.map(\.problem?.reason) == [nil, .missing])
        try writer.write("two\n")
        following.rounds()
        #expect(following.taker.texts == ["one", "two"])
        #expect(following.files.map(\.problem?.reason) == [.missing])
        #expect(following.positions == LogPositions())
        try folder.write("three\n", to: "a.log")
        following.round()
        #expect(following.taker.texts == ["one", "two", "three"])
    }

    @Test func aFileThatAppearsLaterIsReadFromItsBeginning() throws {
        let following = try follow("*.log")
        #expect(following.round().problems == [LogProblem(path: folder("*.log"), reason: .missing)])
        try folder.write("one\n", to: "b.log")
        #expect(following.round() == LogRound(bytesRead: 4))
    }

    @Test func aFileMovedOverAnotherReplacesIt() throws {
        try folder.write("one\nhalf", to: "a.log")
        let following = try follow("a.log")
        following.round()
        try folder.write("two\n", to: "new")
        try folder.rename("new", to: "a.log")
        following.rounds()
        #expect(following.taker.texts == ["one", "two", "half"])
    }

    @Test func aSwappedLinkLeadsToTheNextFile() throws {
        try folder.makeFolder("pods")
        try folder.write("one\n", to: "pods/0.log")
        try folder.link("a.log", to: "pods/0.log")
        let following = try follow("a.log")
        following.round()
        try folder.append("two\n", to: "pods/0.log")
        try folder.write("three\n", to: "pods/1.log")
        try folder.link("next", to: "pods/1.log")
        try folder.rename("next", to: "a.log")
        following.rounds()
        #expect(following.taker.texts == ["one", "two", "three"])
        #expect(following.taker.ended == [1])
    }

    @Test func aFileReachedTwiceIsReadOnce() throws {
        try folder.write("one\n", to: "a.log")
        try folder.link("b.log", to: "a.log")
        let following = try follow("*.log", "a.log", "b.log")
        following.rounds()
        #expect(following.taker.texts == ["one"])
        #expect(following.files.map(\.path) == [folder("a.log")])
    }

    @Test func aRotatedFileThatThePatternMatchesIsNotReadAgain() throws {
        try folder.write("one\n", to: "a.log")
        let following = try follow("a.log*")
        following.round()
        for number in 2...4 {
            if number > 2 { try folder.rename("a.log.1", to: "a.log.2") }
            try folder.rename("a.log", to: "a.log.1")
            try folder.write("\(number)\n", to: "a.log")
            following.rounds()
            if number == 4 { break }
            try following.restart()
            following.round()
        }
        #expect(following.taker.texts == ["one", "2", "3", "4"])
        #expect(following.files.map(\.path) == [folder("a.log")])
        // What was closed and grows nevertheless is read on.
        try folder.append("late\n", to: "a.log.1")
        following.rounds(2)
        #expect(following.taker.texts == ["one", "2", "3", "4", "late"])
    }
}
