import Exposition
import HTTP
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Configuration

/// A person says that an owner is gone that no instance ever saw alive.
@Suite(.ownThreads) struct AttestationRedisTests {
    /// A daemon on a Redis of its own: `node-1` is alive; `node-9` has sessions, and nobody ever saw it.
    private final class Scene: Sendable {
        let redis: PrivateRedis
        let cleaning: CleaningRegistry
        var watched: WatchedRegistry { cleaning.watched }
        var board: CleanupBoard { cleaning.board }

        init(_ mode: CleanupSettings.Mode = .delete) throws {
            redis = try PrivateRedis()
            try redis.run([
                ["SET", "mcp:node:node-1", #"{"boot":"b1"}"#],
                ["SET", "mcp:session:\(uuid(1))", #"{"node":"node-9","boot":"b9"}"#],
                ["SET", "mcp:session:\(uuid(2))", #"{"node":"node-9","boot":"b8"}"#],
                ["SET", "mcp:session:\(uuid(3))", #"{"node":"node-1","boot":"b1"}"#],
                ["SET", "mcp:session:\(uuid(4))", #"{"node":"node-1","boot":"b0"}"#],
            ])
            cleaning = CleaningRegistry(
                mode,
                on: WatchedRegistry(redis) { plan in
                    (plan.nodes.deadAfterSeconds, plan.nodes.unknownAfterSeconds) = (2, 1)
                }
            ) { (settings: inout CleanupSettings) in
                (settings.grace, settings.every, settings.settle) = (.seconds(1), .seconds(1), .zero)
            }
        }

        func read() async throws {
            watched.start()
            try await eventually("the registry to be read") {
                watched.view.isComplete && watched.node("node-1")?.node.isAlive == true
            }
        }

        func attest(_ body: String) -> HTTPResponse { cleaning.post("/api/v1/cleanup/attest", body) }

        func left() throws -> [Int] {
            let answers = try redis.run((1...4).map { ["EXISTS", "mcp:session:\(uuid($0))"] })
            return zip(1...4, answers).filter { $0.1 == .integer(1) }.map(\.0)
        }

        func audit() throws -> [AuditEntry] {
            var store = CleanupStore(watched.watch.plan)
            return try store.audit(after: nil, limit: 100)
        }

        /// What is kept of it in Redis.
        func kept() throws -> [KnownOwner] {
            var store = CleanupStore(watched.watch.plan)
            return try store.readShared().evidence.known
        }

        /// What the plan says of an owner.
        func group(_ node: String, _ boot: String) throws -> JSONValue? {
            try cleaning.data()["plan"]?["groups"]?.array?.first {
                $0["node"]?.string == node && $0["boot"]?.string == boot
            }
        }
    }

    private func expect(_ answer: HTTPResponse, _ status: Int, _ detail: String) throws {
        let problem = try JSONValue(parsing: answer.body)
        #expect(answer.status == status && problem["detail"]?.string == detail, "\(problem.compact)")
    }

    @Test func `nobody attests what cannot be so`() async throws {
        let scene = try Scene()
        let why = #""why":"its host was scrapped","by":"ann""#
        let unread = "the registry has not been read completely"
        try expect(scene.attest(#"{"node":"node-9",\#(why)}"#), 409, unread)
        try await scene.read()
        for (owner, status, detail) in [
            (#""node":"nod-9""#, 404, "no session names that node; did you mean node-9?"),
            (#""node":"nod-9","boot":"b9""#, 404, "no session names that node; did you mean node-9?"),
            (#""node":"elsewhere""#, 404, "no session names that node"),
            (#""node":"node-9","boot":"b7""#, 404, "no session names that boot of node-9"),
            (#""node":"node-1""#, 409, "node-1 is alive: name the boot that is gone"),
            (#""node":"node-1","boot":"b1""#, 409, "node-1 is alive with that boot"),
        ] { try expect(scene.attest("{\(owner),\(why)}"), status, detail) }
        try scene.redis.run([["SET", "mcp:node:node-1", "{}"]])
        try await eventually("a heartbeat without a boot") { scene.watched.node("node-1")?.node.heartbeat?.boot == nil }
        try expect(
            scene.attest(#"{"node":"node-1","boot":"b0",\#(why)}"#), 409,
            "node-1 is alive, and its heartbeat names no boot: it may be that one")
        await scene.watched.stop()
        #expect(try scene.audit() == [] && scene.kept() == [])
        #expect(!scene.watched.log.text.contains("attested"))
    }

    @Test func `where cleanup is off nobody keeps it`() async throws {
        let scene = try Scene(.off)
        try await scene.read()
        try expect(
            scene.attest(#"{"node":"node-9","why":"x"}"#), 409, "cleanup.mode is off: no evidence is kept")
        await scene.watched.stop()
        #expect(try scene.audit() == [] && scene.kept() == [])
    }

    /// The audit's record comes first; where there can be none, the owner counts as attested nowhere.
    @Test(arguments: ["an audit of another type", "no server"])
    func `what cannot be written is not attested`(_ fault: String) async throws {
        let scene = try Scene()
        try await scene.read()
        await scene.watched.stop()
        if fault == "no server" { scene.redis.stop() } else { try scene.redis.run([["SET", CleanupKeys.audit, "x"]]) }
        let answer = scene.attest(#"{"node":"node-9","why":"its host was scrapped"}"#)
        #expect(answer.status == 503, "\(answer.text)")
        let known = scene.watched.watch.registry.withLock { $0.evidence.allKnown }
        #expect(known.allSatisfy { $0.attestation == nil })
        if fault != "no server" { #expect(try scene.kept() == []) }
    }

    /// From what a person says to the removal: that somebody says so takes no silence away.
    @Test func `attested, its sessions go once it was silent, with a record of who said so`() async throws {
        let scene = try Scene()
        let cleaner = Cleaner(scene.watched.watch, board: scene.board, holder: "instance-a")
        try await scene.read()
        let task = Task { await cleaner.run() }
        defer { task.cancel() }
        // However long it is silent: nobody who watches the same ever saw it.
        try await eventually("two runs that leave it alone") {
            let runs = scene.board.state.withLock { $0.runs }
            let group = try scene.group("node-9", "b9")
            return runs.count >= 2 && group?["silent_seconds"]?.double ?? 0 >= 1
        }
        let before = try #require(try scene.group("node-9", "b9"))
        #expect(before["reason"] == "owner_unknown" && before["known"] == false && before["attested"]?.isNull == true)
        #expect(before["skip"] == "protected")
        #expect(try scene.left().contains(1))

        let answer = scene.attest(#"{"node":"node-9","boot":"b9","why":"its host was scrapped","by":"ann"}"#)
        #expect(answer.status == 200, "\(answer.text)")
        let attested: JSONValue = ["by": "ann", "why": "its host was scrapped", "at": "~"]
        #expect(try answer.steadyData() == ["node": "node-9", "boot": "b9", "attested": attested])
        #expect(scene.watched.log.text.contains("an owner is attested to be gone"))
        try await eventually("its session to go") { try !scene.left().contains(1) }
        // Nobody said anything of the other boot.
        try await eventually("another run") {
            let last = scene.board.state.withLock { $0.runs.first }
            return last?.result == .completed && last?.cleanedInAll == 0
        }
        task.cancel()
        await task.value
        await scene.watched.stop()
        #expect(try scene.left().contains(2) && scene.left().contains(3))
        let entries = try scene.audit().filter { $0.node == "node-9" }
        #expect(entries.map(\.action) == [.attested, .delete])
        #expect(entries.map(\.attestedBy) == ["ann", "ann"])
        #expect(entries.map(\.boot) == ["b9", "b9"])
        #expect(entries.last?.refs == [ref(uuid(1))] && entries.last?.reason == .ownerUnknown)
        #expect(
            try scene.kept().contains { $0.owner.node == "node-9" && $0.attestation?.why == "its host was scrapped" })
    }

    /// Whoever said so was wrong.
    @Test func `an owner that is heard after that is attested no more`() async throws {
        let scene = try Scene(.dryRun)
        let cleaner = Cleaner(scene.watched.watch, board: scene.board, holder: "instance-a")
        try await scene.read()
        let task = Task { await cleaner.run() }
        defer { task.cancel() }
        #expect(scene.attest(#"{"node":"node-9","why":"its host was scrapped"}"#).status == 200)
        try await eventually("the plan to know") {
            try scene.group("node-9", "b9")?["attested"]?["by"] == "unnamed"
                && scene.group("node-9", "b8")?["attested"]?["by"] == "unnamed"
        }
        try scene.redis.run([["SET", "mcp:node:node-9", #"{"boot":"b9"}"#, "EX", "600"]])
        try await eventually("it to be seen alive") { scene.watched.node("node-9")?.node.isAlive == true }
        try await eventually("it to be kept as seen") {
            try scene.kept().contains {
                $0.owner == SessionOwner(node: "node-9", boot: "b9") && $0.lastHeartbeatAt != nil
            }
        }
        #expect(try scene.group("node-9", "b9") == nil)
        try scene.redis.run([["DEL", "mcp:node:node-9"]])
        try await eventually("it to be gone again") { try scene.group("node-9", "b9") != nil }
        task.cancel()
        await task.value
        await scene.watched.stop()
        let groups = [try scene.group("node-9", "b9"), try scene.group("node-9", "b8")]
        #expect(groups.map { $0?["attested"] } == [.null, .null] && groups[0]?["known"] == true)
    }
}
