import Testing

@testable import LogFiles

@Suite struct TruncationTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func follow() throws -> Following {
        try Following([folder("a.log")], state: folder("state"))
    }

    /// What stands in the file afterwards; whether it is shorter, as long, longer than what was read.
    @Test(arguments: ["", "x\n", "fresh 1\n", "fresh 1\nfresh 2\nfresh 3\nfresh 4\n"])
    func aTruncatedFileIsReadFromItsBeginning(content: String) throws {
        let writer = try Writer(folder("a.log"))
        try writer.write("before1\n")
        try writer.setModified(nanoseconds: 1_000_000_000)
        let following = try follow()
        following.round()
        try writer.truncate()
        try writer.write(content)
        // Written in the tick in which we looked: if it is as long, nothing but a comparison tells.
        try writer.setModified(nanoseconds: 1_000_000_000)
        let rounds = following.rounds(2)
        #expect(rounds.map(\.truncations).reduce(0, +) == 1)
        #expect(rounds.map(\.bytesLost).reduce(0, +) == 0)
        #expect(following.taker.texts == ["before1"] + content.split(separator: "\n").map(String.init))
        #expect(following.taker.ended == [1])
        #expect(following.files.map(\.file) == [2])
    }

    @Test func whatWasCutUnreadIsCounted() throws {
        try folder.write("one\ntwo\nthree", to: "a.log")
        let following = try follow()
        following.taker.room = 1
        following.round()
        try folder.truncate("a.log")
        #expect(following.round() == LogRound(bytesLost: 9, truncations: 1))
        #expect(following.files.map(\.bytesLost) == [9])
        #expect(following.taker.texts == ["one"])
    }

    @Test func aHoleIsPassedOver() throws {
        try folder.write("one\n", to: "a.log")
        let following = try follow()
        following.round()
        try folder.truncate("a.log")
        // A writer that does not append goes on where it was.
        try folder.truncate("a.log", to: 700_000)
        try folder.append("two\n", to: "a.log")
        following.round()
        #expect(following.taker.texts == ["one", "two"])
        try folder.append("three\n", to: "a.log")
        try following.restart()
        following.round()
        #expect(following.taker.texts == ["one", "two", "three"])
    }

    @Test func aFileWhoseBeginningGrowsIsTheSame() throws {
        let following = try follow()
        var expected: [String] = []
        for number in 0..<300 {
            try folder.append("line \(number)\n", to: "a.log")
            expected.append("line \(number)")
            if number % 50 == 7 { try following.restart() }
            following.round()
        }
        #expect(following.taker.texts == expected)
    }

    @Test func aFileCutToAPartOfItselfIsReadAgain() throws {
        let lines = (100..<400).map { "line \($0)" }
        try folder.write(lines.map { $0 + "\n" }.joined(), to: "a.log")
        let following = try follow()
        following.round()
        try folder.truncate("a.log", to: 150 * 9)
        following.round()
        #expect(following.taker.texts == lines + lines.prefix(150))
        try following.stop()
        try folder.truncate("a.log", to: 130 * 9)
        try following.start()
        following.round()
        #expect(following.taker.texts == lines + lines.prefix(150) + lines.prefix(130))
    }

    @Test(arguments: [0, 1, 3, 40])
    func aFileTruncatedWhileNobodyLookedIsReadFromItsBeginning(lines: Int) throws {
        try folder.write("one\ntwo\nthree\n", to: "a.log")
        let following = try follow()
        following.round()
        try following.stop()
        try folder.truncate("a.log")
        let news = (0..<lines).map { "new \($0)" }
        try folder.append(news.map { $0 + "\n" }.joined(), to: "a.log")
        try following.start()
        following.round()
        #expect(following.taker.texts == ["one", "two", "three"] + news)
    }
}
