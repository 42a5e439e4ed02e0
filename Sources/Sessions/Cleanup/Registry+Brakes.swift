// The brakes of cleanup at one moment.

extension Registry {
    /// The brakes that are on, with their measured values.
    public func cleanupBrakes(
        _ policy: CleanupPolicy, _ conditions: CleanupConditions, at now: UnixTime
    ) -> [AppliedBrake] {
        [
            staleView(conditions, at: now), noHeartbeats, deadFraction(policy, at: now),
            Self.unsettled(policy, conditions), Self.clockSkew(policy, conditions), Self.suspended(conditions, at: now),
        ].compactMap(\.self)
    }

    private func staleView(_ conditions: CleanupConditions, at now: UnixTime) -> AppliedBrake? {
        let limit = conditions.staleAfterSeconds
        guard let age = view.ageSeconds(at: now) else {
            return AppliedBrake(.viewStale, limit: limit, detail: "the registry has not been read yet")
        }
        if let gap = view.gap {
            return AppliedBrake(
                .viewStale, measured: age, limit: limit, detail: "the view is incomplete: \(gap.rawValue)")
        }
        let checkAge = liveness.evidence.secondsSinceCheck(at: now, monotonicSeconds: conditions.monotonicSeconds)
        let checkLimit = max(self.policy.deadAfterSeconds, 3 * self.policy.checkSeconds)
        if checkAge > checkLimit {
            return AppliedBrake(
                .viewStale, measured: checkAge, limit: checkLimit, detail: "the heartbeats have not been checked")
        }
        guard age > limit else { return nil }
        return AppliedBrake(.viewStale, measured: age, limit: limit, detail: "the view is stale")
    }

    private var noHeartbeats: AppliedBrake? {
        guard !liveness.nodes.contains(where: { $0.isSeen && $0.isAlive }) else { return nil }
        return AppliedBrake(
            .noHeartbeats, measured: 0, limit: 1, detail: "no node has a heartbeat: the heartbeats may be broken")
    }

    /// A node that has ended counts while it has sessions, unless a rollout replaced it, which says nothing against the
    /// heartbeats. That another node came is not enough: processes whose heartbeats broke may live on beside new ones. Nodes
    /// of former deployments have no sessions once cleanup is done.
    private func deadFraction(_ policy: CleanupPolicy, at now: UnixTime) -> AppliedBrake? {
        let nodes = liveness.nodes
        var hasSessions = Array(repeating: false, count: nodes.count)
        for owner in population.owners.inUse { hasSessions[owner.node] = true }
        let dead = nodes.indices.count { index in
            nodes[index].hasEnded && hasSessions[index]
                && now - (nodes[index].lastHeartbeatAt ?? now) <= CleanupPolicy.deadAtOnceSeconds
                && !nodes[index].wasRolledOut
        }
        let alive = nodes.count { $0.isSeen && $0.isAlive }
        guard dead > 0 else { return nil }
        let share = Double(dead) / Double(dead + alive)
        guard share > policy.maxDeadFraction else { return nil }
        return AppliedBrake(
            .deadFraction, measured: share, limit: policy.maxDeadFraction,
            detail: "\(dead) of \(dead + alive) nodes are dead at once: the heartbeats may be broken")
    }

    private static func unsettled(_ policy: CleanupPolicy, _ conditions: CleanupConditions) -> AppliedBrake? {
        guard let settled = conditions.settledSeconds else {
            return AppliedBrake(
                .redisUnsettled, limit: policy.settleSeconds, detail: "Redis does not say how long it has been up")
        }
        guard settled < policy.settleSeconds else { return nil }
        return AppliedBrake(
            .redisUnsettled, measured: settled, limit: policy.settleSeconds,
            detail: "Redis restarted, failed over, was flushed or was first seen a short time ago")
    }

    private static func clockSkew(_ policy: CleanupPolicy, _ conditions: CleanupConditions) -> AppliedBrake? {
        guard abs(conditions.skewSeconds) > policy.maxSkewSeconds else { return nil }
        return AppliedBrake(
            .clockSkew, measured: abs(conditions.skewSeconds), limit: policy.maxSkewSeconds,
            detail: "Redis' clock and the daemon's disagree")
    }

    private static func suspended(_ conditions: CleanupConditions, at now: UnixTime) -> AppliedBrake? {
        guard let stop = conditions.stop, stop.until.map({ $0 > now }) ?? true else { return nil }
        if stop.isTripped { return AppliedBrake(.removedSessionInUse, detail: stop.why) }
        let why = stop.why.isEmpty ? "" : ": \(stop.why)"
        return AppliedBrake(.suspended, detail: "\(stop.by) suspended cleanup\(why)")
    }
}
