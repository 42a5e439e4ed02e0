import Events
import Foundation
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Configuration
@testable import Intake

/// Each event of a source is counted once: over stops, crashes and consumers that die.
@Suite(.ownThreads) struct EventSourceRedisTests {
    @Test func afterACleanStopEachLineIsCountedOnce() async throws {
        let first = try await LoggedCluster()
        try first.append((0..<10).map { misrouteLine(uuid(100 + $0), node: "node-2") })
        first.start(first.files())
        try await first.judged(10)
        // The half line is there when it stops, and whole when it begins again.
        try first.append([misrouteLine(uuid(100), node: "node-3")])
        let half = misrouteLine(uuid(101), node: "node-3")
        try Data(half.utf8.prefix(40)).append(to: first.folder.file("a.log"))
        try await first.judged(11)
        await first.stop()

        let second = try await LoggedCluster()
        try Data((String(half.dropFirst(40)) + "\n").utf8).append(to: first.folder.file("a.log"))
        let files = FileIntake(
            [EventFile(path: first.folder.file("*.log"))], stateDirectory: first.folder.file("state"),
            options: LineReader.Options(), intake: second.watched.intake, judge: second.judge)
        second.start(files)
        try await second.judged(1)
        #expect(second.misroutes == ["node-3 node-1 misrouted": 1])
        await second.stop()
        withExtendedLifetime(first) {}
    }

    /// A crash must not lose a request that waits for proof: neither positions nor acknowledgements pass it, though later
    /// lines are judged meanwhile.
    @Test func whatWaitsForProofIsNotCommitted() async throws {
        let cluster = try await LoggedCluster()
        let intake = cluster.watched.intake
        try cluster.append([
            misrouteLine(uuid(1), node: "node-2"), misrouteLine(uuid(100), node: "node-2"),
            misrouteLine(uuid(2), node: "node-2"),
        ])
        cluster.start(cluster.files())
        try await eventually("all lines to be judged or to wait") { intake.handedCount == 3 }
        #expect(cluster.watched.watch.registry.withLock { $0.pendingCount } == 1)
        #expect(intake.judgedCount == 1)
        #expect(cluster.misroutes == ["node-2 - never_seen": 2])
        try await cluster.judged(3)
        #expect(intake.judgedCount == 3)
        #expect(cluster.misroutes == ["node-2 - never_seen": 2, "node-2 node-1 misrouted": 1])
        await cluster.stop()
    }

    @Test func aMissingStateDirectoryIsSaidAndTriedAgain() async throws {
        let cluster = try await LoggedCluster()
        try cluster.append([misrouteLine(uuid(100), node: "node-2")])
        cluster.start(cluster.files(state: "missing/state"))
        try await eventually("the problem to be said") {
            cluster.watched.intake.problems.withLock { $0["files"] } != nil
        }
        try FileManager.default.createDirectory(
            atPath: cluster.folder.file("missing"), withIntermediateDirectories: true)
        try await cluster.judged(1)
        #expect(cluster.watched.intake.problems.withLock { $0["files"] } == nil)
        await cluster.stop()
    }

    @Test func aStreamIsReadOnceByAllConsumersAndADeadOnesEntriesAreClaimed() async throws {
        let cluster = try await LoggedCluster()
        var settings = EventSettings.Stream()
        (settings.key, settings.group) = ("events", "group")
        func add(_ numbers: Range<Int>) throws {
            try cluster.redis.run(
                numbers.map { ["XADD", "events", "*", "line", misrouteLine(uuid(100 + $0), node: "node-2")] })
        }
        // A consumer that took two and died before it counted them.
        try add(0..<2)
        try cluster.redis.run([
            ["XGROUP", "CREATE", "events", "group", "0"],
            ["XREADGROUP", "GROUP", "group", "dead", "COUNT", "2", "STREAMS", "events", ">"],
        ])
        let pending = try cluster.redis.run([["XPENDING", "events", "group", "-", "+", "10"]])[0].array ?? []
        let ids = pending.compactMap { $0.array?.first?.text }
        // As if an hour had passed since.
        try cluster.redis.run([["XCLAIM", "events", "group", "dead", "0"] + ids + ["IDLE", "3600000", "JUSTID"]])
        try add(2..<5)
        for consumer in ["a", "b"] {
            cluster.start(
                StreamIntake(
                    settings, consumer: consumer, options: LineReader.Options(), intake: cluster.watched.intake,
                    judge: cluster.judge))
        }
        try await cluster.judged(5)
        try add(5..<10)
        try await cluster.judged(10)
        #expect(cluster.misroutes == ["node-2 node-1 misrouted": 10])
        try await eventually("all to be acknowledged") {
            try cluster.redis.run([["XPENDING", "events", "group"]])[0].array?.first?.integer == 0
        }
        await cluster.stop()
    }

    @Test func entriesThatWereTrimmedUnreadAreCountedAsDropped() async throws {
        let cluster = try await LoggedCluster()
        var settings = EventSettings.Stream()
        (settings.key, settings.group) = ("events", "group")
        try cluster.redis.run([["XGROUP", "CREATE", "events", "group", "0", "MKSTREAM"]])
        try cluster.redis.run(
            (0..<10).map { ["XADD", "events", "*", "line", misrouteLine(uuid(100 + $0), node: "node-2")] })
        try cluster.redis.run([["XTRIM", "events", "MAXLEN", "4"]])
        cluster.start(
            StreamIntake(
                settings, consumer: "a", options: LineReader.Options(), intake: cluster.watched.intake,
                judge: cluster.judge))
        try await cluster.judged(4)
        #expect(cluster.watched.page()["mcp_sessiond_events_dropped_total{reason=\"trimmed\"}"] == 6)
        await cluster.stop()
    }

    @Test func standardInputIsReadToItsEnd() async throws {
        let cluster = try await LoggedCluster()
        let pipe = Pipe()
        let input = PipeIntake(
            EventFile(path: "-"), options: LineReader.Options(), intake: cluster.watched.intake,
            descriptor: pipe.fileHandleForReading.fileDescriptor)
        let task = Task { await input.run() }
        try pipe.fileHandleForWriting.write(contentsOf: Data((misrouteLine(uuid(100), node: "node-2") + "\n").utf8))
        try await cluster.judged(1)
        // The last line has no line feed.
        try pipe.fileHandleForWriting.write(contentsOf: Data(misrouteLine(uuid(101), node: "node-2").utf8))
        try pipe.fileHandleForWriting.close()
        try await cluster.judged(2)
        task.cancel()
        await task.value
        await cluster.stop()
    }
}

extension Data {
    fileprivate func append(to path: String) throws {
        guard let file = FileHandle(forWritingAtPath: path) else { throw LabError.system(call: "open", reason: path) }
        defer { try? file.close() }
        _ = try file.seekToEnd()
        try file.write(contentsOf: self)
    }
}
