import Testing

@testable import LogFiles

@Suite struct LongLineTests {
    private let folder: Folder
    private let limits: LogLimits

    init() throws {
        folder = try Folder()
        var limits = LogLimits()
        limits.chunkBytes = 16
        limits.lineBytes = 64
        self.limits = limits
    }

    private func follow() throws -> Following {
        try Following([folder("a.log")], state: folder("state"), limits: limits)
    }

    @Test(arguments: [15, 16, 17, 40, 62, 63]) func aLineUpToTheLimitIsHandedOnWhole(length: Int) throws {
        let line = String(repeating: "x", count: length)
        try folder.write("a\n\(line)\nb\n\(line)", to: "a.log")
        let following = try follow()
        #expect(following.rounds(1)[0].oversizedLines == 0)
        #expect(following.taker.texts == ["a", line, "b"])
        try folder.remove("a.log")
        following.rounds()
        #expect(following.taker.texts == ["a", line, "b", line])
    }

    @Test(arguments: [64, 65, 79, 80, 81, 500]) func ofALongerOneTheBeginningIs(length: Int) throws {
        let line = String(repeating: "x", count: length)
        try folder.write("a\n\(line)", to: "a.log")
        let following = try follow()
        // Nothing is told of it before its end is found, over a restart too.
        #expect(following.round().oversizedLines == 0)
        try following.restart()
        following.round()
        try folder.append("y\nb\n\(line)", to: "a.log")
        #expect(following.round().oversizedLines == 1)
        let told = String(line.prefix(64))
        #expect(following.taker.texts == ["a", told, "b"])
        #expect(following.taker.lines.map(\.isOversized) == [false, true, false])
        try following.restart()
        try folder.remove("a.log")
        following.rounds()
        #expect(following.taker.texts == ["a", told, "b"])
    }

    @Test func ofALongLineWithoutAnEndTheBeginningIsTheLastThing() throws {
        let line = String(repeating: "x", count: 200)
        try folder.write("a\n\(line)", to: "a.log")
        let following = try follow()
        following.round()
        try folder.remove("a.log")
        let rounds = following.rounds()
        #expect(rounds.map(\.oversizedLines).reduce(0, +) == 1)
        let last = LineTaker.Taken(file: 1, text: String(line.prefix(64)), isLast: true, isOversized: true)
        #expect(following.taker.lines.last == last)
    }

    @Test func aLongLineIsTakenOnlyWhenThereIsRoom() throws {
        let line = String(repeating: "x", count: 200)
        try folder.write("\(line)\nb\n", to: "a.log")
        let following = try follow()
        following.taker.room = 0
        #expect(following.round().oversizedLines == 0)
        following.taker.room = 1
        #expect(following.round().oversizedLines == 1)
        following.taker.room = nil
        following.rounds(2)
        #expect(following.taker.texts == [String(line.prefix(64)), "b"])
    }

    @Test func aChunkHasWholeLines() throws {
        try folder.write((0..<200).map { "line \($0)\n" }.joined(), to: "a.log")
        var follower = try LogFollower(
            patterns: [LogPattern(path: folder("a.log"), tag: 7)], stateDirectory: folder("state"), limits: limits)
        var end: UInt64 = 0
        let round = follower.round(at: 0) { chunk in
            #expect(chunk.bytes.last == 0x0A && chunk.bytes.count <= 64)
            #expect(chunk.offset == end && chunk.end == chunk.offset + UInt64(chunk.bytes.count))
            #expect(chunk.tag == 7 && chunk.skip == 0 && !chunk.isLast && !chunk.isOversized)
            end = chunk.end
            return LogProgress(readTo: chunk.end, settledAt: chunk.end, counted: 0)
        }
        #expect(round == LogRound(bytesRead: end))
        follower.finish()
    }

    @Test func aChunkShowsNoneOfItsBytes() throws {
        try folder.write("secret\n", to: "a.log")
        var follower = try LogFollower(
            patterns: [LogPattern(path: folder("a.log"), tag: 0)], stateDirectory: folder("state"))
        var texts: [String] = []
        _ = follower.round(at: 0) { chunk in
            var dumped = ""
            dump(copy chunk, to: &dumped)
            texts = ["\(copy chunk)", String(reflecting: copy chunk), dumped]
            return LogProgress(readTo: chunk.end, settledAt: chunk.end, counted: 0)
        }
        #expect(texts.count == 3 && texts.allSatisfy { !$0.contains("secret") && !$0.contains("115") })
    }
}
