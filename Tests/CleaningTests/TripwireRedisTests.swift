import Configuration
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Sessions

/// The tripwire on a real Redis: sessions are removed there by force, past every rule, and prove to be in use.
@Suite(.ownThreads) struct TripwireRedisTests {
    /// A server with sessions of `node-1`, a registry that follows it, and a cleaner beside it.
    private final class Wire: Sendable {
        let scene: CleanupScene
        let watched: WatchedRegistry
        let board: CleanupBoard
        private let cleaner: Cleaner

        init(_ count: Int, _ change: (inout CleanupSettings) -> Void = { _ in }) async throws {
            let scene = try CleanupScene()
            self.scene = scene
            try scene.giveLease()
            try scene.redis.run((1...count).map { ["SET", CleanupScene.key($0), scene.value(), "EX", "100000"] })
            watched = try await WatchedRegistry.live(scene.redis)
            var settings = CleanupSettings()
            settings.mode = .delete
            change(&settings)
            board = CleanupBoard(settings)
            cleaner = Cleaner(watched.watch, board: board, holder: "instance-2")
        }

        /// Runs the cleaner beside `body`.
        func run(_ body: () async throws -> Void) async throws {
            let task = Task { await cleaner.run() }
            do {
                try await eventually("the audit to be read") { board.state.withLock { $0.readAt != nil } }
                try await body()
            } catch {
                task.cancel()
                await task.value
                await watched.stop()
                throw error
            }
            task.cancel()
            await task.value
            await watched.stop()
        }

        /// A node's line says that it serves a session, a minute from now.
        func serve(_ number: Int) throws {
            let id = try SessionID(Array(uuid(number).utf8).span, maxLength: 1024)
            watched.watch.registry.withLock { registry in
                let now = watched.watch.clock.now() + 60
                _ = registry.judge(
                    LoggedRequest(
                        .served, session: NamedSession(id: id, ref: ref(uuid(number))), node: "node-1", time: now),
                    at: now)
            }
        }

        func waitForTrip() async throws {
            try await eventually("the tripwire") { board.state.withLock { $0.stop?.isTripped ?? false } }
        }

        var existing: [String] { get throws { try scene.existing((1...200).map(CleanupScene.key)) } }
    }

    @Test func `a served request stops all removal, and its session comes back`() async throws {
        let wire = try await Wire(20)
        var store = wire.scene.store()
        _ = try wire.scene.remove(1...10, &store)
        try await wire.run {
            // A refused request of a removed session is normal.
            try wire.serve(11)
            try await eventually("the end of the removed") { wire.watched.ending(uuid(3)) == .cleaned }
            #expect(wire.board.state.withLock { $0.stop } == nil)
            try wire.serve(3)
            try await wire.waitForTrip()
            try await eventually("the session") { try wire.scene.existing([CleanupScene.key(3)]).count == 1 }
        }
        #expect(try wire.existing == ([3] + Array(11...20)).map(CleanupScene.key))
        // The cleaner had taken the lease.
        try wire.scene.giveLease()
        #expect(try wire.scene.remove(11...20, &store) == .refused(.stopped))
        let stop = try #require(try store.readShared().stop)
        #expect(stop.isTripped && stop.by == "tripwire" && stop.until == nil)
        #expect(stop.why.hasPrefix("session \(ref(uuid(3))) was served by node-1 "))
        let entry = try #require(try store.audit(after: nil, limit: 1).first)
        #expect((entry.action, entry.by, entry.refs) == (.restored, "tripwire", [ref(uuid(3))]))
    }

    @Test func `a boot that beats brings all its sessions back`() async throws {
        let wire = try await Wire(150)
        var store = wire.scene.store()
        _ = try wire.scene.remove(1...100, &store)
        _ = try wire.scene.remove(101...150, run: "run-2", &store)
        #expect(try wire.existing.isEmpty)
        try await wire.run {
            try await eventually("the end of the removed") { wire.watched.ending(uuid(150)) == .cleaned }
            try await eventually("the sessions") {
                // Longer after the removal than clocks may differ by.
                try wire.scene.redis.run([["SET", "mcp:node:node-1", #"{"boot":"b1"}"#, "EX", "60"]])
                return try wire.existing.count == 150
            }
            try await wire.waitForTrip()
        }
        #expect(try store.undoParts().isEmpty)
    }

    @Test func `a key that its owner writes again stops all removal`() async throws {
        let wire = try await Wire(5)
        var store = wire.scene.store()
        _ = try wire.scene.remove(1...5, &store)
        try await wire.run {
            try await eventually("the end of the removed") { wire.watched.ending(uuid(2)) == .cleaned }
            // Another boot, and a session that a person restores: neither is a sign.
            try wire.scene.redis.run([["SET", CleanupScene.key(1), wire.scene.value(boot: "b2")]])
            _ = try wire.scene.undo(.session(ref(uuid(4))), &store)
            try await eventually("both") {
                wire.watched.session(uuid(1)) != nil && wire.watched.session(uuid(4)) != nil
            }
            try wire.scene.redis.run([["SET", CleanupScene.key(2), wire.scene.value()]])
            try await wire.waitForTrip()
        }
        #expect(try store.readShared().stop?.why.hasPrefix("session \(ref(uuid(2))) was registered again by ") == true)
    }

    @Test func `where nothing is restored by itself, all stays restorable`() async throws {
        let wire = try await Wire(5) { $0.autoRestore = false }
        var store = wire.scene.store()
        _ = try wire.scene.remove(1...5, &store)
        try await wire.run {
            try await eventually("the end of the removed") { wire.watched.ending(uuid(2)) == .cleaned }
            try wire.serve(2)
            try await wire.waitForTrip()
            // Once a person has resumed, the same sign does not suspend again, and another one does.
            #expect(try store.resume())
            try await eventually("the resumption") { wire.board.state.withLock { $0.stop == nil } }
            try wire.serve(2)
            try wire.serve(5)
            try await wire.waitForTrip()
        }
        #expect(try store.readShared().stop?.why.hasPrefix("session \(ref(uuid(5))) ") == true)
        #expect(try wire.existing.isEmpty)
        #expect(try wire.scene.undo(.run("run-1"), &store) == UndoReport(restored: 5))
    }

    @Test func `a person's suspension does not replace the tripwire's`() throws {
        let scene = try CleanupScene()
        var store = scene.store()
        let now = UnixTime(milliseconds: Int64(try scene.redis.now()) * 1000)
        let tripped = CleanupStop(by: "tripwire", why: "session x was served", at: now, isTripped: true)
        try store.suspend(CleanupStop(by: "ann", why: "deploy", at: now, until: now + 3_600))
        #expect(try store.trip(tripped) == tripped)
        #expect(try store.trip(CleanupStop(by: "tripwire", why: "another", at: now, isTripped: true)) == tripped)
        #expect(try scene.redis.run([["PTTL", CleanupKeys.stop]])[0].integer == -1)
        let cleaning = CleaningRegistry(on: WatchedRegistry(scene.redis))
        let answer = cleaning.post("/api/v1/cleanup/suspend", #"{"why":"deploy","for":"1m"}"#)
        #expect(answer.status == 409 && answer.text.contains("session x was served"), "\(answer.text)")
        #expect(try store.readShared().stop == tripped)
        #expect(try cleaning.post("/api/v1/cleanup/resume").steadyData()["was_suspended"] == true)
    }
}
