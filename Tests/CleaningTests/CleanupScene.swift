import Digests
import Lab
import Redis
import Sessions
import TestSupport

@testable import Cleaning
@testable import Sessions
@testable import Watching

/// A server of its own with what a dead node left there, and the steps of cleanup on it by hand.
final class CleanupScene: Sendable {
    /// The node whose sessions are cleaned, and its boot.
    static let owner = SessionOwner(node: "node-1", boot: "b1")
    /// Of a registry of our own dialect alone.
    static let fingerprint = WatchFingerprint([.native], database: 0)
    static let holder = "instance-1"
    static let epoch = 3
    /// Of the sessions when they are judged, in seconds.
    static let age = 100.5

    let redis: PrivateRedis
    let plan: WatchPlan
    /// When the sessions were created: 100 s before the scene was set.
    let created: UnixTime

    init(_ dialects: [Dialect] = [.native], redis: PrivateRedis? = nil) throws {
        self.redis = try redis ?? PrivateRedis()
        created = UnixTime(milliseconds: Int64(try self.redis.now() - 100) * 1000)
        plan = Self.plan(self.redis.endpoint, dialects)
    }

    deinit {
        redis.stop()
    }

    static func plan(_ endpoint: RedisEndpoint, _ dialects: [Dialect]) -> WatchPlan {
        var plan = WatchPlan(endpoint: endpoint, keySpace: KeySpace(dialects: dialects, deniedSuffixes: []))
        plan.limits = .patient
        return plan
    }

    /// A store of the default user, or of another one.
    func store(user: String = "") -> CleanupStore {
        guard !user.isEmpty else { return CleanupStore(plan) }
        var endpoint = redis.endpoint
        (endpoint.username, endpoint.password) = (user, "secret")
        return CleanupStore(Self.plan(endpoint, plan.keySpace.dialects))
    }

    /// Gives the lease for an hour, so that no pause of the machine ends it.
    func giveLease(to holder: String = holder, epoch: Int = epoch) throws {
        try redis.run([lease(holder, epoch: epoch, secondsLeft: 3600)])
    }

    func lease(_ holder: String = holder, epoch: Int = epoch, secondsLeft: Int, version: String = "1") throws
        -> [String]
    {
        let until = (try redis.now() + secondsLeft) * 1000
        return [
            "HSET", CleanupKeys.lease, "v", version, "holder", holder, "epoch", String(epoch), "until", String(until),
        ]
    }

    /// A session's value as its node writes it.
    func value(node: String = owner.node, boot: String? = owner.boot?.text) -> String {
        let boot = boot.map { "\"boot\":\"\($0)\"," } ?? ""
        return "{\"node\":\"\(node)\",\(boot)\"created_at\":\(created.milliseconds / 1000)}"
    }

    func candidate(_ id: String, of owner: SessionOwner = owner, dialect: Int = 0) throws -> CleanupCandidate {
        CleanupCandidate(
            id: try SessionID(Array(id.utf8).span, maxLength: 1024), ref: ref(id), dialect: dialect, owner: owner,
            reason: .ownerDead, createdAt: created, expiresAt: nil)
    }

    func candidates(
        _ ids: [String], of owner: SessionOwner = owner, dialect: Int = 0
    ) throws -> [CleanupCandidate] {
        try ids.map { try candidate($0, of: owner, dialect: dialect) }
    }

    /// What was looked at, to be removed as it was found; what was no record is left out.
    func batch(
        _ candidates: [CleanupCandidate], _ look: RecheckResult, _ action: CleanupPolicy.Action = .delete,
        run: String = "run-1", undo: CleanupPolicy.Undo? = .init()
    ) -> RemovalBatch {
        RemovalBatch(
            holder: Self.holder, epoch: Self.epoch, at: created + Self.age, holds: .always,
            owner: candidates[0].owner,
            reason: .ownerDead, action: action, by: "schedule", run: run, silentSeconds: 950.5,
            heartbeats: look.heartbeats,
            entries: zip(candidates, look.records).compactMap { candidate, record in
                record.map { RemovalBatch.Entry(candidate: candidate, record: $0) }
            }, undo: undo)
    }

    /// Which of these keys are there.
    func existing(_ keys: [String]) throws -> [String] {
        let answers = try redis.run(keys.map { ["EXISTS", $0] })
        return zip(keys, answers).filter { $0.1 == .integer(1) }.map(\.0)
    }

    func auditLength() throws -> Int { Int(try redis.run([["XLEN", CleanupKeys.audit]])[0].integer ?? 0) }
}

/// What a call throws; nil where it does not.
func fault<Outcome>(_ call: () throws(CleanupFault) -> Outcome) -> CleanupFault? {
    do throws(CleanupFault) {
        _ = try call()
        return nil
    } catch {
        return error
    }
}

extension UnixTime {
    /// Later than any test runs.
    static let farAhead = UnixTime(seconds: 9_999_999_999)
}

extension ClosedRange<UnixTime> {
    /// However long the machine takes.
    static let always = UnixTime(milliseconds: 0)...UnixTime.farAhead
}
