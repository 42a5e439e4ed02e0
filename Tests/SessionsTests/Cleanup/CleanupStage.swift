import TestSupport
import Testing

@testable import Sessions

/// A registry with `count` sessions of a node that died, and a server that answers as told.
struct CleanupStage {
    var cluster = Cluster()
    var lease = CleanupLease(holder: "x")
    var seconds = 0.0
    var conditions = CleanupConditions(staleAfterSeconds: 90, settledSeconds: 3600)
    let owner = OwnerName(node: bytes("n2"), boot: bytes("b"))
    /// The heartbeats that go on during the run; nil where no check falls into it.
    var heartbeats: ((Cluster) -> [String: Heartbeat])?
    private var unchecked = 0.0

    init(sessions count: Int) {
        cluster.check(for: 6) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("b")] }
        cluster.readLive((0..<count).map { cluster.session("s\($0)", "n2", "b", created: -3600) })
        cluster.check(for: 1_000) { ["n1": $0.heartbeat("a")] }
        cluster.registry.noteCurrent(at: cluster.now)
        _ = lease.take(.held(epoch: 5), askedAt: 0)
    }

    var moment: CleanupRun.Moment {
        CleanupRun.Moment(
            now: cluster.now, seconds: seconds, lease: lease, conditions: conditions)
    }

    func record(_ candidate: CleanupCandidate) -> HeldRecord {
        HeldRecord(value: .text(bytes("v")), owner: owner, deadline: candidate.expiresAt)
    }

    /// Lets time pass, with its checks of the heartbeats.
    private mutating func pass(_ passed: Double) {
        seconds += passed
        keepLease()
        guard let heartbeats else { return }
        unchecked += passed
        let checks = (unchecked / cluster.registry.policy.checkSeconds).rounded(.down)
        unchecked -= checks * cluster.registry.policy.checkSeconds
        for _ in 0..<Int(checks) { cluster.check(for: cluster.registry.policy.checkSeconds, heartbeats) }
        if checks > 0 { cluster.registry.noteCurrent(at: cluster.now) }
    }

    private mutating func keepLease() {
        if conditions.stop == nil, lease.epoch != nil { _ = lease.take(.held(epoch: 5), askedAt: seconds) }
    }

    /// Goes through a run; gives the batches that were to be removed.
    mutating func go(
        _ run: inout CleanupRun,
        recheck: (CleanupStage, [CleanupCandidate]) -> RecheckResult = { stage, candidates in
            RecheckResult(records: candidates.map { stage.record($0) }, heartbeats: [], time: stage.cluster.now)
        },
        outcome: (inout CleanupStage, RemovalBatch) -> RemovalOutcome = { _, batch in
            .done(batch.entries.map { _ in .cleaned })
        }
    ) -> [RemovalBatch] {
        var batches: [RemovalBatch] = []
        for _ in 0..<100_000 {
            switch run.next(cluster.registry, moment) {
            case .end: return batches
            case .wait(let wait): pass(wait)
            case .watch(let soles, let watched):
                pass(watched)
                for sole in soles { cluster.registry.noteWatchedClosely(sole, seconds: watched) }
            case .recheck(let candidates): run.take(recheck(self, candidates))
            case .remove(let batch):
                batches.append(batch)
                let result = outcome(&self, batch)
                run.take(result, seconds: 0.0001, at: seconds, time: cluster.now)
            }
        }
        return batches
    }

    /// A run with the epoch of the stage's lease.
    static func run(_ policy: CleanupPolicy = CleanupPolicy(), isDry: Bool = false) -> CleanupRun {
        CleanupRun(
            CleanupRequest(by: "test", run: "r1", isDryRun: isDry), policy: policy, epoch: 5,
            at: UnixTime(seconds: 1_787_307_302))
    }
}
