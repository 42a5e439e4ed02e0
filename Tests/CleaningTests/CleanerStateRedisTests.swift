import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Configuration

/// What a running cleaner tells of itself, on a real Redis.
@Suite(.ownThreads) struct CleanerStateRedisTests {
    /// Runs a cleaner beside `body`.
    private static func withCleaner(
        _ redis: PrivateRedis, _ body: (WatchedRegistry, CleanupBoard) async throws -> Void
    ) async throws {
        let watched = WatchedRegistry(redis)
        var settings = CleanupSettings()
        settings.mode = .delete
        let board = CleanupBoard(settings)
        let cleaner = Cleaner(watched.watch, board: board, holder: "instance-a")
        let task = Task { await cleaner.run() }
        do {
            try await body(watched, board)
        } catch {
            task.cancel()
            await task.value
            throw error
        }
        task.cancel()
        await task.value
    }

    @Test func aReplicaThatLostRedisDoesNotCallItselfTheLeader() async throws {
        let redis = try PrivateRedis()
        try await Self.withCleaner(redis) { _, board in
            try await eventually("the lease") { board.state.withLock { $0.holder?.isUs == true && $0.readAt != nil } }
            redis.stop()
            try await eventually("the lease to be relied on no more") { board.state.withLock { $0.holder == nil } }
            #expect(board.state.withLock { $0.refusal } != nil)
        }
    }

    @Test func aRunThatIsWishedForWhereTheLeaseIsElsewhereDoesNotBeginLater() async throws {
        let redis = try PrivateRedis()
        var connection = try redis.connect()
        func hold() throws {
            let end = try redis.now() * 1000 + 14_000
            _ = try connection.command([
                "HSET", "mcp:sessiond:lease", "v", "1", "holder", "instance-b", "epoch", "7", "until", "\(end)",
            ])
        }
        try hold()
        try await Self.withCleaner(redis) { watched, board in
            try await eventually("a look at the lease") {
                try hold()
                return board.state.withLock { $0.holder?.name } == "instance-b"
            }
            let request = CleanupRequest(by: "api:ann", run: "ordered", isDryRun: false)
            #expect(board.pendingRun(.init(request: request, at: watched.watch.clock.now())))
            try await eventually("the pendingRun to be dropped") {
                try hold()
                return board.state.withLock { $0.pendingRun == nil }
            }
            #expect(board.state.withLock { $0.running == nil && $0.runs.isEmpty })
        }
    }

    @Test func theLastSuccessOutlivesTheRunsThatAreKept() async throws {
        let redis = try PrivateRedis()
        var report = CleanupReport(
            request: CleanupRequest(by: "schedule", run: "r", isDryRun: false), action: .delete, epoch: 3,
            began: PaperRegistry.epoch)
        (report.result, report.ended) = (.completed, PaperRegistry.epoch + 7)
        try redis.run([["LPUSH", "mcp:sessiond:runs", report.record.compact]])
        try await Self.withCleaner(redis) { _, board in
            try await eventually("the run to be read") { board.state.withLock { $0.runs.count } == 1 }
            #expect(board.state.withLock { $0.lastSuccess } == PaperRegistry.epoch + 7)
            try redis.run([["DEL", "mcp:sessiond:runs"]])
            try await eventually("the runs to be gone") { board.state.withLock { $0.runs.isEmpty } }
            #expect(board.state.withLock { $0.lastSuccess } == PaperRegistry.epoch + 7)
        }
    }
}
