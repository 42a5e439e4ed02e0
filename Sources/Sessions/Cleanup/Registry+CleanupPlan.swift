// Which orphans may go.

extension Registry {
    /// What cleanup would do now; pure, and cheap enough to be asked before every step.
    public func cleanupPlan(
        _ policy: CleanupPolicy, gone: GoneOwners, conditions: CleanupConditions, at now: UnixTime
    ) -> CleanupPlan {
        let brakes = cleanupBrakes(policy, conditions, at: now)
        var groups: [CleanupPlan.Group] = []
        for owner in owners where owner.node >= 0 && owner.sessions > 0 {
            if let group = protectedPart(of: owner) { groups.append(group) }
            if let group = deniedPart(of: owner) { groups.append(group) }
            guard let part = gonePart(of: owner) else { continue }
            let evidence = gone.owners[part.name]
            let left = reasonToLeave(owner, part.reason, since: part.since, evidence, policy, brakes)
            groups.append(
                CleanupPlan.Group(
                    owner: part.name, reason: part.reason, sessions: part.sessions, gone: evidence, skip: left?.skip,
                    why: left?.why))
        }
        groups.sort { ($0.sessions, $1.owner.node) > ($1.sessions, $0.owner.node) }
        return CleanupPlan(groups: groups, brakes: brakes)
    }

    /// Sessions whose process is gone, and that are none of ours to clean all the same.
    private func protectedPart(of owner: Owner) -> CleanupPlan.Group? {
        let node = nodes[owner.node]
        let why: String
        switch owner.fateOfProcess(node: node, policy: policy) {
        case .gone where owner.isAdoptable: why = "any node can rebuild them"
        case .learntGone: why = "their owner is known from logs alone"
        default: return nil
        }
        return CleanupPlan.Group(
            owner: GoneOwnerName(node: node.name, boot: owner.boot), reason: .ownerDead, sessions: owner.sessions,
            skip: .protected, why: why)
    }

    private func deniedPart(of owner: Owner) -> CleanupPlan.Group? {
        guard let denied = counts(of: owner).orphaned[.ownerDenies] else { return nil }
        return CleanupPlan.Group(
            owner: GoneOwnerName(node: nodes[owner.node].name, boot: owner.boot), reason: .ownerDenies,
            sessions: denied, skip: .protected, why: "their owner lives, and only says that it does not have them")
    }

    private func reasonToLeave(
        _ owner: Owner, _ reason: OrphanReason, since: UnixTime, _ evidence: GoneOwner?, _ policy: CleanupPolicy,
        _ brakes: [AppliedBrake]
    ) -> (skip: CleanupSkip, why: String)? {
        guard reason != .ownerDenies, policy.reasons.contains(reason) else {
            return (.protected, "cleanup.reasons does not name \(reason.rawValue)")
        }
        let seconds = evidence?.goneSeconds ?? 0
        guard evidence != nil, seconds >= policy.graceSeconds else {
            return (.grace, "gone for \(Int(seconds)) of \(Int(policy.graceSeconds)) s")
        }
        if hasLivedOn(owner, after: since) {
            return (.protected, "it made or served sessions after its heartbeat ended")
        }
        guard let brake = brakes.first(where: { $0.brake.holds(reason) }) else { return nil }
        return (.protected, "held by \(brake.brake.rawValue)")
    }

    /// Whether records or logs show the process at work after it was gone by its heartbeats: then it is those that are
    /// broken. What it did in its last moments, or by a clock that is ahead, does not count.
    private func hasLivedOn(_ owner: Owner, after since: UnixTime) -> Bool {
        // Where boots cannot be compared, the present process' work is the same owner's: each session is looked at.
        guard owner.boot != nil || nodes[owner.node].status == .dead else { return false }
        return UnixTime(seconds: Double(owner.lastSign)) - since > signMarginSeconds
    }

    /// How long after its end a process may still seem to have worked.
    var signMarginSeconds: Double { policy.deadAfterSeconds + policy.maxClockSkewSeconds }
}
