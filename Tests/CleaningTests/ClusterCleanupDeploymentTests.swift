import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Sessions
@testable import Watching

/// The same in a cluster, where every key may be on another server.
@Suite(.ownThreads) struct ClusterCleanupDeploymentTests {
    private static let ids = (1...30).map(uuid)

    @Test func `a batch is removed from all servers, and what stays is noted`() throws {
        let lab = try PrivateCluster(masters: 3, nodeTimeoutMilliseconds: 60_000)
        defer { lab.stop() }
        var scene = ClusterScene(lab)
        try Self.sharing(&scene)
        try Self.refusals(&scene)
        try Self.removal(&scene)
        try Self.renewals(&scene)
        try Self.expiry(&scene)
        try Self.forbidden(&scene)
        try Self.undo(&scene)
    }

    private static func sharing(_ scene: inout ClusterScene) throws {
        var store = scene.store()
        #expect(try store.takeLease("other", removes: true) == .held(epoch: 1))
        var known = KnownOwner(CleanupScene.owner)
        known.lastHeartbeatAt = UnixTime(milliseconds: 1_787_307_302_000)
        try store.write([known])
        var silence = SilenceReport(
            fingerprint: CleanupScene.fingerprint, history: RedisHistory([:]), nodes: [])
        silence.history.servers = Dictionary(
            uniqueKeysWithValues: scene.lab.nodes.map { ($0.id, RedisHistory.Server(runID: "r", offset: 5)) })
        try store.write(silence, count: 2, as: "other")
        var shared = SharedCleanup()
        (shared.evidence.known, shared.evidence.reports) = ([known], ["other": .init(count: 2, silence: silence)])
        #expect(try store.readShared() == shared)
        try store.forget([known])
        try store.dropReports(of: ["other"])
        try store.releaseLease("other", epoch: 1)
        let report = CleanupReport(
            request: CleanupRequest(by: "a", run: "b", isDryRun: true), action: .delete, epoch: 1,
            began: UnixTime(milliseconds: 1))
        try store.add(report)
        #expect(try store.readShared() == SharedCleanup(runs: [report]))
        let settled = try #require(try store.settledSeconds())
        #expect(settled >= 0)
        let noted = try scene.run(["HKEYS", CleanupKeys.servers]).array?.compactMap(\.text)
        #expect(Set(noted ?? []) == Set(scene.lab.nodes.map(\.id)))
    }

    /// What does not hold before anything is noted leaves no trace.
    private static func refusals(_ scene: inout ClusterScene) throws {
        try scene.fill(ids)
        var store = scene.store()
        let candidates = try scene.candidates(ids)
        let batch = scene.batch(candidates, try store.recheck(candidates))
        #expect(batch.entries.count == 30)
        let until = "9000000000000"
        #expect(try store.remove(batch) == .refused(.leaseLost))
        try scene.run([
            "HSET", CleanupKeys.lease, "v", "1", "holder", CleanupScene.holder, "epoch", String(CleanupScene.epoch),
            "until",
            until,
        ])
        let changes: [(set: [String], undo: [String], refusal: RemovalOutcome.Refusal)] = [
            (["HSET", CleanupKeys.lease, "until", "1"], ["HSET", CleanupKeys.lease, "until", until], .leaseLost),
            (["SET", CleanupKeys.stop, "x"], ["DEL", CleanupKeys.stop], .stopped),
            (["SET", "mcp:node:node-1", "{\"boot\":\"b1\"}"], ["DEL", "mcp:node:node-1"], .heartbeatChanged),
            (["ZADD", "mcp:nodes", "1", "node-1"], ["DEL", "mcp:nodes"], .heartbeatChanged),
        ]
        for change in changes {
            try scene.run(change.set)
            #expect(try store.remove(batch) == .refused(change.refusal))
            try scene.run(change.undo)
        }
        for times in [UnixTime(milliseconds: 0)...UnixTime(milliseconds: 1), .farAhead ... .farAhead] {
            var late = batch
            late.holds = times
            #expect(try store.remove(late) == .refused(.late))
        }
        try scene.run(["HSET", CleanupKeys.lease, "v", "2"])
        #expect(
            fault { () throws(CleanupFault) in try store.remove(batch) } == .unknownVersion(key: CleanupKeys.lease))
        try scene.run(["HSET", CleanupKeys.lease, "v", "1"])
        #expect(try scene.left(ids) == ids)
        #expect(try store.audit(after: nil, limit: 100) == [])
    }

    private static func removal(_ scene: inout ClusterScene) throws {
        var store = scene.store()
        let binary = uuid(31)
        try scene.run(["EVAL", "return redis.call('SET', KEYS[1], '1\\255')", "1", "mcp:session:\(binary)"])
        let candidates = try scene.candidates(ids + [binary])
        let batch = scene.batch(candidates, try store.recheck(candidates))
        for id in ids[0..<5] { try scene.run(["SET", "mcp:session:\(id)", "changed"]) }
        for id in ids[5..<10] { try scene.run(["DEL", "mcp:session:\(id)"]) }
        for node in scene.lab.nodes {
            var connection = try node.connect()
            try connection.command(["SCRIPT", "FLUSH"])
        }
        let outcome = try store.remove(batch)
        let expected: [RemovalOutcome.Result] =
            Array(repeating: .changed, count: 10) + Array(repeating: .cleaned, count: 20) + [.changed]
        #expect(outcome == .done(expected))
        #expect(try scene.left(ids + [binary]) == Array(ids[0..<5]) + [binary])
        let entries = try store.audit(after: nil, limit: 100)
        #expect(entries.map(\.action) == [.delete, .kept])
        #expect(entries.map(\.refs) == [(ids + [binary]).map(ref), (ids[0..<5] + [binary]).map(ref)])
        #expect(entries.allSatisfy { $0.epoch == CleanupScene.epoch && $0.agesSeconds.count == $0.refs.count })
    }

    /// Renewed between the look and the removal: sessions by EXPIRE alone, and a heartbeat.
    private static func renewals(_ scene: inout ClusterScene) throws {
        var store = scene.store()
        try scene.fill(ids)
        for id in ids { try scene.run(["EXPIRE", "mcp:session:\(id)", "1000"]) }
        let candidates = try scene.candidates(ids)
        var look = try store.recheck(candidates)
        #expect(look.records.allSatisfy { $0?.deadline != nil })
        for id in ids[0..<4] { try scene.run(["EXPIRE", "mcp:session:\(id)", "1010"]) }
        let outcome = try store.remove(scene.batch(candidates, look))
        let expected: [RemovalOutcome.Result] =
            Array(repeating: .renewed, count: 4) + Array(repeating: .cleaned, count: 26)
        #expect(outcome == .done(expected))
        #expect(try scene.left(ids) == Array(ids[0..<4]))
        let entries = try store.audit(after: nil, limit: 2)
        #expect(entries.map(\.action) == [.delete, .kept])
        #expect(entries.map(\.refs) == [ids.map(ref), ids[0..<4].map(ref)])

        let beat = ["SET", "mcp:node:node-1", "{\"boot\":\"b2\"}", "EX"]
        try scene.run(beat + ["1000"])
        look = try store.recheck(candidates)
        let batch = scene.batch(candidates, look)
        #expect(batch.entries.count == 4)
        for change in [beat + ["1010"], ["EXPIRE", "mcp:node:node-1", "2000"], ["PERSIST", "mcp:node:node-1"]] {
            try scene.run(change)
            #expect(try store.remove(batch) == .refused(.heartbeatChanged))
        }
        #expect(try scene.left(ids) == Array(ids[0..<4]))
        #expect(try store.audit(after: nil, limit: 100).last?.action == .kept)
        try scene.run(beat + ["1000"])
        look = try store.recheck(candidates)
        #expect(try store.remove(scene.batch(candidates, look)) == .done(Array(repeating: .cleaned, count: 4)))
        try scene.run(["DEL", "mcp:node:node-1"])
    }

    private static func expiry(_ scene: inout ClusterScene) throws {
        var store = scene.store()
        try scene.fill(ids)
        try scene.run(["EXPIRE", "mcp:session:\(ids[0])", "600"])
        let candidates = try scene.candidates(ids)
        let batch = scene.batch(candidates, try store.recheck(candidates), .expire(seconds: 3600))
        #expect(try store.remove(batch) == .done([.alreadyShort] + Array(repeating: .cleaned, count: 29)))
        for id in ids {
            let left = try scene.run(["PTTL", "mcp:session:\(id)"]).integer ?? 0
            #expect(left > 0 && left <= 3_600_000)
        }
        #expect(try store.audit(after: nil, limit: 1).map(\.action) == [.kept])
    }

    /// What was removed comes back to its servers; what stayed, was closed or is there again does not.
    private static func undo(_ scene: inout ClusterScene) throws {
        var store = scene.store()
        for key in [CleanupKeys.undo] + ids.map({ "mcp:session:\($0)" }) { try scene.run(["DEL", key]) }
        try scene.fill(ids)
        try scene.run(["EXPIRE", "mcp:session:\(ids[29])", "100000"])
        let candidates = try scene.candidates(ids)
        var batch = scene.batch(candidates, try store.recheck(candidates))
        batch.run = "run-2"
        for id in ids[0..<2] { try scene.run(["SET", "mcp:session:\(id)", "changed"]) }
        _ = try store.remove(batch)
        #expect(try scene.left(ids) == Array(ids[0..<2]))
        #expect(try store.undoParts().first { $0.run == "run-2" }?.sessions == 28)

        #expect(try store.forgetUndo([ref(ids[2])]) == 1)
        try scene.run(["SET", "mcp:session:\(ids[3])", "another"])
        let report = try store.restore(.run("run-2"), by: "api:ann") { true }
        #expect(report == UndoReport(restored: 26, present: 1))
        #expect(try scene.left(ids) == Array(ids[0..<2] + ids[3...]))
        #expect(try scene.run(["GET", "mcp:session:\(ids[3])"]).text == "another")
        let left = try scene.run(["PTTL", "mcp:session:\(ids[29])"]).integer ?? 0
        #expect(left > 1_000_000 && left <= 100_000_000)
        #expect(try scene.run(["PTTL", "mcp:session:\(ids[28])"]).integer == -1)
        let entries = try store.audit(after: nil, limit: 1)
        #expect(entries.map(\.action) == [.restored])
        #expect(Set(entries.flatMap(\.refs)) == Set(ids[4...].map(ref)))
        #expect(try store.restore(.run("run-2"), by: "api:ann") { true }.isEmpty)
        #expect(try store.restore(.session(ref(ids[5])), by: "api:ann") { true }.isEmpty)
    }

    /// A user who may note but not remove.
    private static func forbidden(_ scene: inout ClusterScene) throws {
        for node in scene.lab.nodes {
            var connection = try node.connect()
            try connection.command(["ACL", "SETUSER", "u", "on", ">secret", "~*", "+@all", "-unlink"])
        }
        try scene.run(["DEL", CleanupKeys.audit])
        var store = scene.store(user: "u")
        let candidates = try scene.candidates(ids)
        let batch = scene.batch(candidates, try store.recheck(candidates))
        let failure = fault { () throws(CleanupFault) in try store.remove(batch) }
        guard case .forbidden = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(try scene.left(ids) == ids)
        let entries = try store.audit(after: nil, limit: 100)
        #expect(entries.map(\.action) == [.delete, .kept])
        #expect(entries.map(\.refs) == [ids.map(ref), ids.map(ref)])
    }
}

/// A cluster, asked key by key.
private struct ClusterScene: ~Copyable {
    let lab: PrivateCluster
    private var router: RedisCluster

    init(_ lab: PrivateCluster) {
        self.lab = lab
        router = RedisCluster(seeds: lab.seeds, limits: .patient)
    }

    func store(user: String = "") -> CleanupStore {
        var seeds = lab.seeds
        for place in seeds.indices where !user.isEmpty {
            (seeds[place].username, seeds[place].password) = (user, "secret")
        }
        var plan = WatchPlan(
            deployment: .cluster(seeds), keySpace: KeySpace(dialects: [.native], deniedSuffixes: []))
        plan.limits = .patient
        return CleanupStore(plan)
    }

    @discardableResult
    mutating func run(_ words: [String]) throws -> RedisReply {
        let reply = try router.run([RedisCommand(words, keyIndex: words[0] == "EVAL" ? 3 : 1)])[0]
        if case .error(let text) = reply { throw RedisError.refusal(text, from: lab.seeds[0]) }
        return reply
    }

    /// Every third one a hash.
    mutating func fill(_ ids: [String]) throws {
        for (number, id) in ids.enumerated() {
            let key = "mcp:session:\(id)"
            try run(["DEL", key])
            let isHash = number % 3 == 2
            try run(
                isHash
                    ? ["HSET", key, "node", "node-1", "boot", "b1"]
                    : ["SET", key, "{\"node\":\"node-1\",\"boot\":\"b1\"}"])
        }
    }

    func candidates(_ ids: [String]) throws -> [CleanupCandidate] {
        try ids.map { id in
            CleanupCandidate(
                id: try SessionID(Array(id.utf8).span, maxLength: 1024), ref: ref(id), dialect: 0,
                owner: CleanupScene.owner, reason: .ownerDead, createdAt: nil, expiresAt: nil)
        }
    }

    func batch(
        _ candidates: [CleanupCandidate], _ look: RecheckResult, _ action: CleanupPolicy.Action = .delete
    ) -> RemovalBatch {
        RemovalBatch(
            holder: CleanupScene.holder, epoch: CleanupScene.epoch, at: UnixTime(seconds: 1_787_307_402),
            holds: .always, owner: CleanupScene.owner, reason: .ownerDead, action: action, by: "schedule",
            run: "run-1",
            silentSeconds: 950, heartbeats: look.heartbeats,
            entries: zip(candidates, look.records).compactMap { candidate, record in
                record.map { RemovalBatch.Entry(candidate: candidate, record: $0) }
            }, undo: .init())
    }

    mutating func left(_ ids: [String]) throws -> [String] {
        var left: [String] = []
        for id in ids where try run(["EXISTS", "mcp:session:\(id)"]).integer == 1 { left.append(id) }
        return left
    }
}
