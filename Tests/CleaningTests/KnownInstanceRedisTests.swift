import Exposition
import HTTP
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Configuration
@testable import Intake
@testable import Serving

/// Daemons tell each other of themselves, so that several versions beside each other are seen.
@Suite(.ownThreads) struct KnownInstanceRedisTests {
    private static let now = UnixTime(milliseconds: 1_787_307_302_000)

    private static func instance(_ name: String, seen seconds: Double = 0) -> KnownInstance {
        KnownInstance(name: name, version: "1.0.0", watch: "9d0c51be7f3a2e64", seenAt: now + seconds)
    }

    @Test func `who has not told of itself for ten minutes is gone, and of many the latest are kept`() {
        let few = [Self.instance("b", seen: -600), Self.instance("a"), Self.instance("c", seen: -601)]
        let sorted = KnownInstance.sorted(few, at: Self.now)
        #expect(sorted.there.map(\.name) == ["a", "b"] && sorted.gone.map(\.name) == ["c"])
        let many = (0..<70).map { Self.instance("r\($0)", seen: Double(-$0)) }
        let kept = KnownInstance.sorted(many, at: Self.now)
        #expect(Set(kept.there.map(\.name)) == Set((0..<64).map { "r\($0)" }) && kept.gone.count == 6)
    }

    @Test func `a instance finds the others in Redis, drops the gone and what it cannot read it leaves out`() throws {
        let redis = try PrivateRedis()
        try redis.run([
            ["HSET", CleanupKeys.instances, "other", Self.instance("other", seen: -30).record.compact],
            ["HSET", CleanupKeys.instances, "gone", Self.instance("gone", seen: -900).record.compact],
            ["HSET", CleanupKeys.instances, "newer", #"{"v":2}"#],
        ])
        var store = CleanupStore(WatchedRegistry(redis).watch.plan)
        let there = try store.announce(Self.instance("own"))
        #expect(there == [Self.instance("other", seen: -30), Self.instance("own")].sorted { $0.name < $1.name })
        var connection = try redis.connect()
        let names = try connection.command(["HKEYS", CleanupKeys.instances]).array?.compactMap(\.text) ?? []
        #expect(Set(names) == ["other", "own", "newer"])
    }

    @Test(arguments: [
        [["SET", CleanupKeys.instances, "something else"]],
        [["ACL", "SETUSER", "default", "resetkeys", "~mcp:session:*"]],
    ])
    func `what stands in the way of it stands in the way of nothing else`(change: [[String]]) throws {
        let redis = try PrivateRedis()
        try redis.run(change)
        var store = CleanupStore(WatchedRegistry(redis).watch.plan)
        #expect(try store.announce(Self.instance("own")) == nil)
    }

    @Test func `a running cleaner tells of itself, and status shows it`() async throws {
        let redis = try PrivateRedis()
        let watched = WatchedRegistry(redis)
        let board = CleanupBoard(CleanupSettings())
        let cleaner = Cleaner(watched.watch, board: board, holder: "instance-a-1", instance: "instance-a")
        let task = Task { await cleaner.run() }
        try await eventually("it to tell of itself") { board.state.withLock { $0.instances != nil } }
        task.cancel()
        await task.value
        let known = board.state.withLock { $0.instances }
        #expect(known?.map(\.name) == ["instance-a"] && known?.first?.version == Build.version)
        let routes = StatusRoutes(
            watch: watched.watch, intake: watched.intake, board: board, incidents: IncidentBoard(),
            sampling: HistorySampling(watched.watch, watched.intake, board), instance: "instance-a")
        let router = Router(
            routes.routes, access: AccessRules(tokens: [], listen: ListenAddress(host: "127.0.0.1", port: 0)))
        let answer = try JSONValue(parsing: router.respond(to: HTTPRequest(.get, "/api/v1/status")).response.body)
        let row = try #require(answer["data"]?["instances"]?[0])
        #expect(row["instance"]?.string == "instance-a" && row["version"]?.string == Build.version)
        #expect(row.object?.map(\.key) == ["instance", "version", "watch", "seen_at"])
        #expect(row["watch"]?.string == watched.watch.plan.fingerprint.description)
    }
}
