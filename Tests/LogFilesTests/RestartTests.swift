import Testing

@testable import LogFiles

/// What happens to files while nobody follows them.
@Suite struct RestartTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func follow() throws -> Following {
        try Following([folder("a.log")], state: folder("state"))
    }

    @Test(arguments: [0, 1, 2]) func aFileRenamedWhileNobodyLookedIsReadFirst(folders: Int) throws {
        try folder.makeFolder("data")
        if folders == 2 { try folder.link("a.log", to: "data/0.log") }
        try folder.append("one\ntwo\n", to: "a.log")
        let pattern = folders == 1 ? "a.log*" : "a.log"
        let following = try Following([folder(pattern)], state: folder("state"))
        following.taker.room = 1
        following.round()
        try following.stop()
        if folders == 2 {
            try folder.link("next", to: "data/1.log")
            try folder.rename("next", to: "a.log")
        } else {
            try folder.rename("a.log", to: "a.log.1")
        }
        try folder.append("three\n", to: "a.log")
        try following.start()
        following.rounds()
        #expect(following.taker.texts == ["one", "two", "three"])
    }

    @Test func aDiskWithAnotherNumberIsTheSameDisk() throws {
        try folder.write("one\n", to: "a.log")
        try folder.write("two\nthree\n", to: "b.log")
        let following = try Following([folder("a.log"), folder("b.log")], state: folder("state"))
        following.taker.room = 2
        following.round()
        try following.stop()
        let text = try folder.text("state/positions.json")
        try folder.write(text.replacing(/"device":\d+/, with: "\"device\":1"), to: "state/positions.json")
        try folder.rename("b.log", to: "b.log.1")
        try following.start()
        #expect(following.rounds().flatMap(\.problems).contains { $0.reason != .missing } == false)
        #expect(following.taker.texts == ["one", "two", "three"])
        try following.restart()
        following.rounds()
        #expect(following.taker.texts == ["one", "two", "three"])
    }

    @Test func aFileThatVanishedWhileNobodyLookedIsSaidOnce() throws {
        try folder.write("one\n", to: "a.log")
        let following = try follow()
        following.round()
        try following.stop()
        try folder.remove("a.log")
        try folder.write("another\n", to: "a.log")
        try following.start()
        let rounds = following.rounds(2)
        // The system may give the new file the old one's inode: then it is the same file with other content.
        let problems = [LogProblem(path: folder("a.log"), reason: .vanished)]
        #expect(rounds[0].problems == problems || rounds[0].problems == [])
        #expect(rounds[1].problems == [])
        #expect(following.taker.texts == ["one", "another"])
        try following.restart()
        #expect(following.round().problems == [])
    }

    @Test func aFileThatComesBackIsNotReadAgain() throws {
        try folder.makeFolder("away")
        try folder.write("one\n", to: "a.log")
        let following = try follow()
        following.round()
        try following.stop()
        try folder.rename("a.log", to: "away/a.log")
        try following.start()
        let missing = LogProblem(path: folder("a.log"), reason: .missing)
        let vanished = LogProblem(path: folder("a.log"), reason: .vanished)
        #expect(following.rounds(2).map(\.problems) == [[vanished, missing], [missing]])
        try following.restart()
        #expect(following.round().problems == [missing])
        try folder.rename("away/a.log", to: "a.log")
        try folder.append("two\n", to: "a.log")
        following.round()
        #expect(following.taker.texts == ["one", "two"])
    }

    @Test func whatWasReadToItsEndIsNotMissed() throws {
        try folder.write("one\n", to: "a.log")
        let following = try follow()
        following.round()
        try folder.rename("a.log", to: "a.log.1")
        following.rounds()
        try following.stop()
        try folder.remove("a.log.1")
        try following.start()
        #expect(following.round().problems == [LogProblem(path: folder("a.log"), reason: .missing)])
    }
}
