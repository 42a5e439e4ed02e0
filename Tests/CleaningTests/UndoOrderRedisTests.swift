import Exposition
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning

/// The order to restore what was removed, over a real Redis.
@Suite(.ownThreads) struct UndoOrderRedisTests {
    /// Two runs of three sessions each, and the routes on their server.
    private static func scene() throws -> (CleanupScene, CleaningRegistry) {
        let scene = try CleanupScene()
        try scene.giveLease()
        try scene.redis.run((1...6).map { ["SET", CleanupScene.key($0), scene.value()] })
        var store = scene.store()
        _ = try scene.remove(1...3, &store)
        _ = try scene.remove(4...6, run: "run-2", &store)
        return (scene, CleaningRegistry(on: WatchedRegistry(scene.redis)))
    }

    private static let keys = (1...6).map(CleanupScene.key)
    private static let path = "/api/v1/cleanup/undo"

    @Test func `a run comes back, and cleanup is suspended before`() throws {
        let (scene, cleaning) = try Self.scene()
        let answer = cleaning.post(Self.path, #"{"run":"run-1","by":"ann"}"#)
        #expect(answer.status == 200, "\(answer.text)")
        let stop: JSONValue = ["by": "ann", "why": "undo of run run-1", "at": "~", "until": .null]
        let expected: JSONValue = ["restored": 3, "present": 0, "expired": 0, "remaining": 0, "suspended": stop]
        #expect(try answer.steadyData() == expected)
        #expect(try scene.existing(Self.keys) == Array(Self.keys[..<3]))
        var store = scene.store()
        let shared = try store.readShared()
        #expect(shared.stop?.by == "ann" && shared.undo.map(\.run) == ["run-2"])
        #expect(cleaning.board.state.withLock(\.stop) == shared.stop)
        #expect(try store.audit(after: nil, limit: 1).map(\.by) == ["api:ann"])
        let page = ExpositionPage(cleaning.get("/metrics").text)
        #expect(page["mcp_sessiond_cleanup_undone_sessions_total{reason=\"asked\"}"] == 3)
        #expect(cleaning.watched.log.text.contains("run-1"))
    }

    @Test func `a session comes back, and another person's suspension stays`() throws {
        let (scene, cleaning) = try Self.scene()
        #expect(cleaning.post("/api/v1/cleanup/suspend", #"{"why":"deploy","by":"bob","for":"2h"}"#).status == 200)
        let answer = cleaning.post(Self.path, #"{"ref":"\#(ref(uuid(5)))"}"#)
        #expect(try answer.steadyData()["restored"] == 1)
        #expect(try answer.steadyData()["suspended"]?["by"] == "bob")
        #expect(try scene.existing(Self.keys) == [Self.keys[4]])
    }

    @Test(arguments: ["run-3", "run", " run-1", "run-1:0", "*"])
    func `what is not kept is not found, and nothing is suspended`(_ run: String) throws {
        let (scene, cleaning) = try Self.scene()
        let answer = cleaning.post(Self.path, JSONValue.object([("run", .string(run))]).compact)
        #expect(answer.status == 404 && answer.text.contains("nothing is kept of run"), "\(answer.text)")
        #expect(try scene.existing(Self.keys + ["mcp:sessiond:suspend"]).isEmpty)
    }

    @Test(arguments: [
        ("{}", "run"), (#"{"run":"run-1","ref":"s:0235a6c74e096509"}"#, "ref"), (#"{"ref":"s:0235"}"#, "ref"),
        (#"{"ref":"0235a6c74e096509"}"#, "ref"), (#"{"run":7}"#, "run"), (#"{"run":" "}"#, "run"),
        (#"{"runs":"run-1"}"#, "runs"),
    ]) func `an order that says too little or too much is refused`(_ body: String, _ member: String) throws {
        let (scene, cleaning) = try Self.scene()
        let answer = cleaning.post(Self.path, body)
        #expect(answer.status == 400)
        #expect(try JSONValue(parsing: answer.body)["member"] == .string(member))
        #expect(try scene.existing(Self.keys + ["mcp:sessiond:suspend"]).isEmpty)
    }

    @Test func `runs say how many of their sessions can be restored`() throws {
        let (scene, cleaning) = try Self.scene()
        var store = scene.store()
        let report = { (run: String) in
            CleanupReport(
                request: CleanupRequest(by: "schedule", run: run, isDryRun: false), action: .delete, epoch: 3,
                began: cleaning.now - 10)
        }
        cleaning.board.state.withLock { $0.runs = ["run-2", "run-0"].map(report) }
        #expect(try cleaning.data()["runs"]?.array?.map { $0["restorable"] } == [.null, .null])
        #expect(try cleaning.data()["undo"]?["sessions"] == .null)
        let shared = try store.readShared()
        cleaning.board.state.withLock { $0.undo = shared.undo }
        #expect(try cleaning.data()["runs"]?.array?.map { $0["restorable"] } == [3, 0])
        let kept = try cleaning.data()["undo"]
        #expect(kept?["sessions"] == 6 && kept?["max_bytes"] == 67_108_864 && kept?["kept_seconds"] == 86_400.0)
        let row = #"data-undo="run-2" data-count="3""#
        #expect(cleaning.get("/").text.contains(row))
    }

    @Test func `a server that is away is said to be`() throws {
        let (scene, cleaning) = try Self.scene()
        scene.redis.stop()
        #expect(cleaning.post(Self.path, #"{"run":"run-1"}"#).status == 503)
    }
}
