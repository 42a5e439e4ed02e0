import Dispatch
import Events
import Exposition
import Foundation
import HTTP
import Sessions
import TestSupport
import Testing

@testable import Configuration
@testable import Intake
@testable import Serving

/// The room for events that wait, and what becomes of those that find none.
@Suite(.ownThreads) struct EventRoomTests {
    private let watched = PaperRegistry().watched
    private var intake: EventIntake { watched.intake }

    private static func event(_ kind: LogEvent.Kind = .misroute) -> LineReading.Outcome {
        guard let id = try? SessionID(Array(uuid(1).utf8).span, maxLength: 64) else { return .irrelevant }
        return .event(LogEvent(kind: kind, session: .full(id), node: "node-1"))
    }

    @discardableResult
    private func take(_ outcome: LineReading.Outcome = event()) -> EventIntake.Taken {
        intake.take(outcome, from: .http, at: PaperRegistry.epoch)
    }

    /// Has all events wait that can, but for so many.
    private func fill(leaving room: Int = 0) {
        for _ in 0..<(EventIntake.capacity - room) { take() }
    }

    private func dropped(_ page: ExpositionPage) -> [Double?] {
        EventDrop.allCases.map { page["mcp_sessiond_events_dropped_total{reason=\"\($0.rawValue)\"}"] }
    }

    @Test func whatFindsNoRoomIsDroppedAndCounted() async {
        fill()
        #expect(take() == .rejected("queue_full"))
        // What is only counted needs no room.
        #expect(take(Self.event(.modern)) == .event)
        #expect(take(.malformed(.badTime)) == .rejected("bad_time"))
        let page = try? JSONValue(parsing: watched.get("/api/v1/status").body)
        #expect(page?["data"]?["events"]?["waiting"] == .int(EventIntake.capacity))
        await EventJudge(intake).finish()
        #expect(take() == .event)
        #expect(intake.judgedCount == EventIntake.capacity && intake.acceptedCount == EventIntake.capacity + 1)
        let after = watched.page()
        #expect(dropped(after) == [1, 0, 0])
        #expect(
            after["mcp_sessiond_log_events_total{source=\"http\",kind=\"misroute\"}"]
                == Double(EventIntake.capacity + 1))
        #expect(after["mcp_sessiond_queue_length{queue=\"events\"}"] == 1)
    }

    @Test func roomThatIsKeptIsNobodyElses() {
        let all = intake.withRoom(for: EventIntake.capacity) {
            (intake.hasRoom, intake.withRoom(for: 1) { true })
        }
        #expect(all?.0 == false && all?.1 == nil)
        #expect(intake.withRoom(for: EventIntake.capacity) { true } == true)
        // Many at a time: some find no room, none of what was taken in is dropped.
        let room = EventIntake.roomPerChunk
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            _ = intake.withRoom(for: room) { for _ in 0..<room { take() } }
        }
        #expect(intake.waitingCount == intake.acceptedCount)
        #expect(intake.waitingCount % room == 0 && intake.waitingCount > 0)
        #expect(dropped(watched.page()) == [0, 0, 0])
    }

    @Test func aPushWithoutRoomIsToldToComeAgain() throws {
        fill(leaving: 1)
        let line = misrouteLine(uuid(1), node: "node-1")
        let refused = try intake.push("\(line)\n\(line)")
        #expect(refused.status == 503 && refused.headers["Retry-After"] == "1")
        #expect(refused.text.contains("too many events wait to be judged"))
        #expect(try json(intake.push(line).text)["accepted"] == 1)
        let page = watched.page()
        #expect(page["mcp_sessiond_log_lines_total{source=\"http\"}"] == 1)
        #expect(dropped(page) == [0, 0, 0])
    }

    @Test func whenTheJudgeEndsAllThatWaitsIsJudgedAndNothingMoreIsTakenIn() async throws {
        for _ in 0..<3 { take() }
        let judge = EventJudge(intake)
        let task = Task { await judge.run() }
        task.cancel()
        await task.value
        #expect(intake.tally.misroutes.map(\.count) == [3])
        let refused = try intake.push(misrouteLine(uuid(1), node: "node-1"))
        #expect(refused.status == 503 && refused.headers["Retry-After"] == "1")
        #expect(refused.text.contains("the daemon is stopping"))
        #expect(intake.withRoom(for: 1) { true } == nil)
        intake.end()
        #expect(watched.log.text.isEmpty)
    }

    @Test func whatComesTooLateIsDroppedAndSaid() {
        for _ in 0..<2 { take() }
        // As if the judge had hung until it was too late.
        intake.close()
        #expect(take() == .rejected("shutdown"))
        intake.end()
        #expect(watched.log.text == "warning: 3 events came too late to be judged and are not counted")
        #expect(intake.waitingCount == 0 && intake.judgedCount == 0)
        #expect(dropped(watched.page()) == [0, 3, 0])
    }

    /// A node that cannot write its log stands still.
    @Test func aPipeIsReadOnWithoutRoomAndItsEventsAreDropped() async throws {
        fill()
        let pipe = Pipe()
        let input = PipeIntake(
            EventFile(path: "-"), options: LineReader.Options(), intake: intake,
            descriptor: pipe.fileHandleForReading.fileDescriptor, patienceSeconds: 0)
        let task = Task { await input.run() }
        let line = Data((misrouteLine(uuid(1), node: "node-1") + "\n").utf8)
        for _ in 0..<3 { try pipe.fileHandleForWriting.write(contentsOf: line) }
        try await eventually("the events to be dropped") { dropped(watched.page()) == [3, 0, 0] }
        await EventJudge(intake).finish()
        try pipe.fileHandleForWriting.write(contentsOf: line)
        try await eventually("an event to be taken in") { intake.waitingCount == 1 }
        try pipe.fileHandleForWriting.close()
        task.cancel()
        await task.value
        let page = watched.page()
        #expect(dropped(page) == [3, 0, 0])
        #expect(page["mcp_sessiond_log_lines_total{source=\"stdin\"}"] == 4)
        #expect(page["mcp_sessiond_log_events_total{source=\"stdin\",kind=\"misroute\"}"] == 1)
    }

    @Test func aPipeWaitsForRoomAWhile() async throws {
        fill()
        let pipe = Pipe()
        let input = PipeIntake(
            EventFile(path: "-"), options: LineReader.Options(), intake: intake,
            descriptor: pipe.fileHandleForReading.fileDescriptor, patienceSeconds: 100_000)
        let task = Task { await input.run() }
        try pipe.fileHandleForWriting.write(contentsOf: Data((misrouteLine(uuid(1), node: "node-1") + "\n").utf8))
        await EventJudge(intake).finish()
        try await eventually("the event to be taken in") { intake.acceptedCount == EventIntake.capacity + 1 }
        #expect(dropped(watched.page()) == [0, 0, 0])
        try pipe.fileHandleForWriting.close()
        task.cancel()
        await task.value
    }
}
