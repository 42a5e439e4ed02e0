import Cleaning
import Sessions

// The input of the diagnosis, collected from everything that the daemon knows.

extension StatusRoutes {
    func diagnosisInput(_ snapshot: RegistrySnapshot, at now: UnixTime) -> DiagnosisInput {
        var input = DiagnosisInput(now: now)
        input.view = snapshot.view
        input.staleAfterSeconds = watch.staleAfterSeconds
        input.redis = redis
        input.nodes = snapshot.nodes
        input.expectedNodes = watch.plan.expectedNodes
        input.counts = snapshot.counts
        input.malformed = snapshot.malformedSessions
        input.withoutExpiry = snapshot.withoutExpiry
        input.stuckClients = snapshot.affected.stuck
        input.refusals = intake.recentRefusals
        // All remembered requests are recent: there may have been more.
        input.areRefusalsCut =
            input.refusals.count >= MisrouteTally.recentLimit
            && input.refusals.allSatisfy { now - $0.time <= Diagnosis.recentSeconds }
        input.events.problems = intake.problems.withLock { $0 }
        input.events.lines = intake.metrics.lines.sum
        input.events.taken = intake.metrics.events.sum
        input.events.rejected = intake.metrics.rejected.sum
        input.events.blindLogs = intake.blindLogs
        (input.events.unknownAddresses, input.events.nodesElsewhere) = watch.registry.withLock { registry in
            (registry.unknownAddresses(at: now), registry.nodesAtOtherAddresses)
        }
        input.cleanup = cleanup(at: now)
        input.instances = board.state.withLock { $0.instances }.map { known in
            KnownInstance.sorted(known, at: now).there.map {
                .init(name: $0.name, version: $0.version, watch: $0.watch)
            }
        }
        return input
    }

    private var redis: DiagnosisInput.Redis {
        let link = watch.link.withLock { $0 }
        var redis = DiagnosisInput.Redis()
        (redis.isUp, redis.downSince, redis.error) = (link.isUp, link.failure?.since, link.failure?.error)
        redis.scanFailure = link.fullScanFailure
        redis.scanSecondsLeft = watch.fullScanSecondsLeft
        redis.evicts = link.server?.evicts
        redis.evictedKeys = link.server?.evictedKeys ?? 0
        return redis
    }

    private func cleanup(at now: UnixTime) -> DiagnosisInput.Cleanup {
        let state = board.state.withLock { $0 }
        var cleanup = DiagnosisInput.Cleanup()
        cleanup.isOff = board.settings.mode == .off
        cleanup.refusal = state.refusal
        cleanup.stop = state.stop(at: now)
        cleanup.brakes = board.appliedBrakes(watch, at: now)
        cleanup.brakesSince = sampling.brakesSince(cleanup.brakes.map(\.brake), at: now)
        cleanup.slowestNode = watch.registry.withLock { $0.slowestNode }.map { ($0.name, $0.intervalSeconds) }
        cleanup.mostSilenceSeconds = max(board.policy.maxSilenceSeconds, board.policy.graceSeconds)
        return cleanup
    }
}
