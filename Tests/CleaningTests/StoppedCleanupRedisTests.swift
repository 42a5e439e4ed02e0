import Exposition
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning

/// Stopping cleanup and letting it go on, over a real Redis.
@Suite(.ownThreads) struct StoppedCleanupRedisTests {
    private static func cleaning(_ redis: PrivateRedis) -> CleaningRegistry {
        CleaningRegistry(on: WatchedRegistry(redis))
    }

    @Test func aStopIsWrittenForAllReplicasAndTakenBack() throws {
        let redis = try PrivateRedis()
        let cleaning = Self.cleaning(redis)
        let answer = cleaning.post("/api/v1/cleanup/suspend", #"{"why":"deploy of 3.2","by":"ann"}"#)
        #expect(answer.status == 200)
        let stop: JSONValue = ["by": "ann", "why": "deploy of 3.2", "at": "~", "until": .null]
        #expect(try answer.steadyData() == ["suspended": stop, "replaced": .null])
        var store = CleanupStore(cleaning.watched.watch.plan)
        #expect(try store.readShared().stop == cleaning.board.state.withLock(\.stop))
        var connection = try redis.connect()
        #expect(try connection.command(["PTTL", "mcp:sessiond:suspend"]).integer == -1)

        let resumed = cleaning.post("/api/v1/cleanup/resume", #"{"by":"bob"}"#)
        #expect(try resumed.steadyData() == ["was_suspended": true])
        #expect(try connection.command(["EXISTS", "mcp:sessiond:suspend"]).integer == 0)
        #expect(cleaning.board.state.withLock(\.stop) == nil)
        #expect(try cleaning.post("/api/v1/cleanup/resume").steadyData()["was_suspended"] == false)
        let log = cleaning.watched.log.text
        #expect(log.contains("deploy of 3.2") && log.contains("bob"))
    }

    @Test(arguments: [#""for":"2h""#, #""until":"2099-01-01T00:00:00Z""#])
    func aStopWithAnEndGoesByItself(end: String) throws {
        let redis = try PrivateRedis()
        let cleaning = Self.cleaning(redis)
        let answer = cleaning.post("/api/v1/cleanup/suspend", #"{"why":"deploy",\#(end)}"#)
        #expect(answer.status == 200)
        let end = cleaning.board.state.withLock { $0.stop?.until }
        let until = try #require(end)
        #expect(try answer.steadyData()["suspended"]?["until"] == .time(until.seconds))
        var connection = try redis.connect()
        // It was given a time to live, reckoned from a moment ago.
        let kept = try #require(try connection.command(["PEXPIRETIME", "mcp:sessiond:suspend"]).integer)
        #expect(abs(kept - until.milliseconds) < 60_000)
    }

    @Test func whoeverStopsWhatIsStoppedIsToldWhoseStopItWas() throws {
        let redis = try PrivateRedis()
        let cleaning = Self.cleaning(redis)
        #expect(cleaning.post("/api/v1/cleanup/suspend", #"{"why":"incident","by":"ann"}"#).status == 200)
        let data = try cleaning.post("/api/v1/cleanup/suspend", #"{"why":"deploy","for":"5m"}"#).steadyData()
        #expect(data["replaced"] == ["by": "ann", "why": "incident", "at": "~", "until": .null])
        #expect(data["suspended"]?["by"] == "unnamed" && data["suspended"]?["why"] == "deploy")
    }

    @Test func withoutRedisNothingIsStoppedAndTheAnswerSaysSo() throws {
        let redis = try PrivateRedis()
        let cleaning = Self.cleaning(redis)
        redis.stop()
        for (route, body) in [("suspend", #"{"why":"deploy"}"#), ("resume", "")] {
            let answer = cleaning.post("/api/v1/cleanup/\(route)", body)
            let detail = try JSONValue(parsing: answer.body)["detail"]?.string
            #expect(answer.status == 503 && detail?.hasPrefix("cannot connect to Redis at ") == true, "\(answer.text)")
        }
        #expect(cleaning.board.state.withLock(\.stop) == nil)
    }

    @Test func whereTheACLForbidsItTheAnswerNamesTheKey() throws {
        let redis = try PrivateRedis()
        try redis.run([["ACL", "SETUSER", "reader", "on", ">secret", "~mcp:session:*", "+@all"]])
        var endpoint = redis.endpoint
        (endpoint.username, endpoint.password) = ("reader", "secret")
        let cleaning = CleaningRegistry(on: WatchedRegistry(endpoint, of: redis))
        let answer = cleaning.post("/api/v1/cleanup/suspend", #"{"why":"deploy"}"#)
        let detail = try JSONValue(parsing: answer.body)["detail"]?.string ?? ""
        #expect(answer.status == 503)
        #expect(detail.hasPrefix("Redis denies access to mcp:sessiond:suspend: "), "\(detail)")
    }
}
