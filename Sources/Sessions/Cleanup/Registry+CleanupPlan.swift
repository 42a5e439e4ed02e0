// The plan: which orphans may be removed.

extension Registry {
    /// The plan of what cleanup would do now. It is pure.
    public func cleanupPlan(
        _ policy: CleanupPolicy, conditions: CleanupConditions, at now: UnixTime
    ) -> CleanupPlan {
        let brakes = cleanupBrakes(policy, conditions, at: now)
        var groups: [CleanupPlan.Group] = []
        for number in population.owners.indices {
            let owner = population.owners[number]
            guard owner.sessions > 0 else { continue }
            groups += [protectedPart(of: owner), deniedPart(of: owner), agedPart(of: owner)].compactMap(\.self)
            groups += goneParts(number, owner, policy, brakes)
        }
        groups.sort { ($0.sessions, $1.owner.node) > ($1.sessions, $0.owner.node) }
        return CleanupPlan(groups: groups, brakes: brakes)
    }

    /// Returns the reason for which sessions of that owner may be removed now, under these brakes. Nil if none may be.
    func reasonToRemove(_ name: SessionOwner, _ policy: CleanupPolicy, _ brakes: [AppliedBrake]) -> OrphanReason? {
        let node = liveness.number(of: name.node)
        for number in population.owners.indices {
            let owner = population.owners[number]
            guard owner.node == node, owner.boot == name.boot, owner.sessions > 0 else { continue }
            let removable = goneParts(number, owner, policy, brakes).first { $0.skip == nil }
            if let removable { return removable.reason }
        }
        return nil
    }

    /// Sessions whose process is gone, but that cleanup never removes.
    private func protectedPart(of owner: Owner) -> CleanupPlan.Group? {
        let why: String
        switch liveness.fateOfProcess(of: owner) {
        case .gone where owner.isAdoptable: why = "any node can rebuild them"
        case .learntGone: why = "their owner is known from logs alone"
        default: return nil
        }
        return CleanupPlan.Group(
            owner: liveness.name(of: owner), reason: .ownerDead, sessions: owner.sessions, skip: .protected, why: why)
    }

    private func deniedPart(of owner: Owner) -> CleanupPlan.Group? {
        guard let denied = counts(of: owner).orphaned[.ownerDenies] else { return nil }
        return CleanupPlan.Group(
            owner: liveness.name(of: owner), reason: .ownerDenies, sessions: denied, skip: .protected,
            why: "their owner is alive, and only denies that it has them")
    }

    /// Sessions that are older than their node's present start. Times given by nodes are no evidence.
    private func agedPart(of owner: Owner) -> CleanupPlan.Group? {
        guard case .decidedByAge(_, let since) = liveness.fate(of: owner),
            owner.sessionsBeforeCutoff > 0
        else { return nil }
        return CleanupPlan.Group(
            owner: liveness.name(of: owner), reason: .ownerRestarted, sessions: owner.sessionsBeforeCutoff,
            goneSince: since,
            skip: .protected, why: "no boots are recorded, and nothing is removed by comparing times")
    }

    /// The sessions of an owner that is gone: those that share its fate, and those that were renewed since.
    private func goneParts(
        _ number: UInt32, _ owner: Owner, _ policy: CleanupPolicy, _ brakes: [AppliedBrake]
    ) -> [CleanupPlan.Group] {
        guard let (reason, since) = liveness.fate(of: owner).end else { return [] }
        let standing = liveness.evidence.standing(of: liveness.name(of: owner), policy, self.policy)
        let left = reasonToLeave(owner, reason, since: since, standing, policy, brakes)
        var group = CleanupPlan.Group(
            owner: liveness.name(of: owner), reason: reason, sessions: owner.sessions, goneSince: since,
            standing: standing,
            skip: left?.skip, why: left?.why)
        guard left == nil else { return [group] }
        let renewed = liveness.evidence.renewals.count(
            of: number, after: liveness.evidence.observedSeconds - standing.requiredSeconds)
        guard renewed > 0 else { return [group] }
        var renewals = group
        group.sessions -= renewed
        (renewals.sessions, renewals.skip) = (renewed, .renewed)
        renewals.why = "renewed or rewritten less than \(Int(standing.requiredSeconds)) s ago"
        return group.sessions > 0 ? [group, renewals] : [renewals]
    }

    /// Returns whether some node has not been silent for long enough to be judged: one that had a heartbeat, or one
    /// that was never seen and is attested to be gone.
    public func waitsForVerdicts(at now: UnixTime) -> Bool {
        if nodeSummaries(at: now).contains(where: \.node.isBeingWaitedFor) { return true }
        return population.owners.inUse.contains { owner in
            let node = liveness.nodes[owner.node]
            return node.status == .unknown && node.silentSeconds < policy.unknownAfterSeconds
                && liveness.evidence.attestation(of: liveness.name(of: owner)) != nil
        }
    }

    private func reasonToLeave(
        _ owner: Owner, _ reason: OrphanReason, since: UnixTime, _ standing: OwnerStanding, _ policy: CleanupPolicy,
        _ brakes: [AppliedBrake]
    ) -> (skip: CleanupSkip, why: String)? {
        // An owner that was never seen alive is reported as such, whatever reasons are configured.
        if reason == .ownerUnknown, let why = standing.objection(to: reason) { return (.protected, why) }
        guard reason == .ownerUnknown || policy.reasons.contains(reason) else {
            return (.protected, "cleanup.reasons does not name \(reason.rawValue)")
        }
        if let why = standing.objection(to: reason) { return (.protected, why) }
        if let work = standing.work, standing.silentSeconds < standing.requiredSeconds {
            return (.protected, "it \(work.kind.rawValue) a session after its heartbeat ended")
        }
        // Work before this instance watched is known from timestamps alone, which are good enough to keep a session. An
        // attested owner may have worked at any time.
        let isVouchedFor = !standing.isKnown && standing.attestation != nil
        if isVouchedFor, let said = standing.attestation?.at,
            UnixTime(seconds: Double(owner.lastWork)) - said > self.policy.workMarginSeconds
        {
            return (.protected, "it created or served sessions after somebody attested that it is gone")
        }
        if !standing.wasHeardHere, !isVouchedFor, liveness.hasLivedOn(owner, after: since) {
            return (.protected, "it created or served sessions after its heartbeat ended")
        }
        if let why = standing.waitsFor(reason) { return (.grace, why) }
        guard let brake = brakes.first(where: { $0.brake.holds(reason) }) else { return nil }
        return (.protected, "held by \(brake.brake.rawValue)")
    }
}

extension OwnerStanding {
    /// Returns why the owner's sessions must stay, however long it is silent.
    fileprivate func objection(to reason: OrphanReason) -> String? {
        if isShared { return "two boots take turns under this name: find out which one should have it" }
        if reason == .ownerRestarted {
            return soleSeconds == nil ? "the heartbeats that are heard name no boot" : nil
        }
        guard isKnown || attestation != nil else {
            return "no instance that watches these keys ever saw it alive: if it is gone, say so with cleanup attest"
        }
        return nil
    }

    /// Returns what is missing from the required silence.
    fileprivate func waitsFor(_ reason: OrphanReason) -> String? {
        if !isCounted { return "silence cannot be counted: Redis does not let us read its run ID (INFO)" }
        let alone = reason == .ownerRestarted ? soleSeconds ?? 0 : .infinity
        if silentSeconds < requiredSeconds {
            return "silent for \(Int(silentSeconds)) of \(Int(requiredSeconds.rounded(.up))) s"
        }
        guard alone < requiredSeconds else { return nil }
        return "only another boot was heard for \(Int(alone)) of \(Int(requiredSeconds.rounded(.up))) s"
    }
}
