import Exposition
import HTTP
import Redis
import Sessions
import TestSupport
import Testing

@testable import Serving
@testable import Watching

/// While the first full scan runs: what cannot be told is a 503 with what is known so far.
@Suite(.ownThreads) struct FirstFullScanTests {
    private static func begun(sessions: Int) -> WatchedRegistry {
        let watched = PaperRegistry().watched
        watched.watch.registry.withLock { registry in
            registry.beginFullScan()
            var names = RecordNames(seed: 1)
            let observed = (0..<sessions).map { PaperRegistry.observed((uuid($0), #"{"node":"node-1"}"#), &names) }
            registry.take(observed, &names, at: PaperRegistry.epoch)
        }
        return watched
    }

    @Test func theProblemSaysWhatIsKnownSoFar() throws {
        let watched = Self.begun(sessions: 12)
        watched.watch.fullScans.withLock {
            $0[0] = .init(beganSeconds: monotonicSeconds() - 10, progress: 0.25)
            $0[1] = .init(beganSeconds: monotonicSeconds() - 10, progress: 0.5)
        }
        let answer = try #require(watched.watch.nothingBeforeFirstScan?.response)
        let problem = try JSONValue(parsing: answer.body)
        #expect(answer.status == 503)
        #expect(problem["detail"] == "the first full scan of the registry is not complete")
        #expect(problem["sessions_read"] == 12 && problem["nodes_seen"] == 1)
        #expect(problem["progress"]?.double == 0.25)
        // 10 s for the first quarter, so 30 s more; on a slow machine a little more.
        let left = try #require(problem["full_scan_seconds_left"]?.double)
        #expect((30..<55).contains(left))
        let wait = try #require(answer.headers["Retry-After"].flatMap { Int($0) })
        #expect((30...60).contains(wait))
    }

    @Test func whereItHasNotBegunItSaysWhyAndToAskSoon() throws {
        let watched = PaperRegistry().watched
        let endpoint = RedisEndpoint(.tcp(host: "127.0.0.1", port: 1))
        watched.watch.noteDown(.shard(0), .connect(endpoint, reason: "Connection refused"))
        let answer = try #require(watched.watch.nothingBeforeFirstScan?.response)
        let why = RedisError.connect(endpoint, reason: "Connection refused").description
        #expect(
            try JSONValue(parsing: answer.body) == [
                "type": "about:blank", "title": "Service Unavailable", "status": 503,
                "detail": "the first full scan of the registry is not complete: \(why)", "sessions_read": 0,
                "nodes_seen": 0,
            ])
        #expect(answer.headers["Retry-After"] == "2")
    }

    @Test(arguments: [(0.011, 10_000.0, "60"), (0.999, 0.1, "1")])
    func theWaitIsBounded(progress: Double, ran: Double, wait: String) throws {
        let watched = PaperRegistry().watched
        watched.watch.fullScans.withLock {
            $0[0] = .init(beganSeconds: monotonicSeconds() - ran, progress: progress)
        }
        #expect(watched.watch.nothingBeforeFirstScan?.response.headers["Retry-After"] == wait)
    }

    @Test func onceThereIsAPictureThereIsNoProblem() {
        #expect(RouteTests.registry().watched.watch.nothingBeforeFirstScan == nil)
    }

    /// Listings show what was read so far, and say that it is not all: `as_of` is null.
    @Test(arguments: ["sessions", "nodes", "status", "misroutes", "cleanup"])
    func whatListsAnswersWithAPictureThatIsNotComplete(route: String) throws {
        let document = try Self.begun(sessions: 3).json("/api/v1/\(route)")
        #expect(document["as_of"] == .null && document["complete"] == false)
        #expect(document["view_age_seconds"] == .null)
        if route == "sessions" { #expect(document["data"]?.array?.count == 3) }
    }
}
