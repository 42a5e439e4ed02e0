extension Node {
    /// Takes one look at its heartbeat, nil where the key is gone, `elapsed` seconds after the look before (nil at the first
    /// look of this process). `isWritten`: it was written since, whatever time it says.
    mutating func look(
        _ seen: Heartbeat?, isWritten: Bool = false, at now: UnixTime, elapsed: Double?, policy: NodePolicy
    ) {
        let step = min(elapsed ?? 0, policy.gapSeconds)
        if let seen {
            note(seen, isWritten: isWritten, at: now, elapsed: elapsed ?? 0, policy: policy)
        } else {
            silentSeconds += step
        }
        guard lastHeartbeatAt != nil else { return }
        if silentSeconds >= policy.deadAfterSeconds {
            status = .dead
        } else {
            status = heartbeat?.isDraining == true ? .draining : .alive
        }
    }

    /// `seen`, or where it cannot be read what was known before: its boot must not be forgotten over a broken value.
    private func readable(_ seen: Heartbeat) -> Heartbeat {
        guard seen.malformation != nil, var known = heartbeat else { return seen }
        known.malformation = seen.malformation
        known.seenAt = nil
        return known
    }

    private mutating func note(
        _ seen: Heartbeat, isWritten: Bool, at now: UnixTime, elapsed: Double, policy: NodePolicy
    ) {
        let wasSeen = isSeen
        isSeen = true
        let seen = readable(seen)
        let before = heartbeat
        noteBoot(of: seen, after: before, at: now, policy: policy)
        heartbeat = seen
        guard let seenAt = seen.seenAt else {
            // A marker is alive while it exists.
            lastHeartbeatAt = now
            silentSeconds = 0
            return
        }
        let age = now - seenAt
        let isTrusted = age >= -policy.maxClockSkewSeconds
        if let before, lastHeartbeatAt != nil, before.seenAt == seen.seenAt, before.boot == seen.boot {
            if isWritten {
                (lastHeartbeatAt, silentSeconds) = (now, 0)
            } else {
                silentSeconds += min(elapsed, policy.gapSeconds)
            }
        } else if let known = lastHeartbeatAt {
            // It moved, so it beat since the look before, whatever its clock says. Silence is counted from this look on:
            // were its age believed, a clock that is behind would make a short gap a death.
            silentSeconds = 0
            // One that another process looked at before, or that is older than the one known (a failover brings it back),
            // may have beaten at any time since.
            let isNewer = wasSeen && seenAt > (before?.seenAt ?? known)
            let earliest = isNewer ? now - elapsed : known
            lastHeartbeatAt = isTrusted ? min(max(seenAt, earliest), now) : now
        } else {
            // First sight. An old time may be a dead node or a clock that is behind: two more looks tell.
            let doubt = max(policy.deadAfterSeconds - 2 * policy.checkSeconds, 0)
            silentSeconds = isTrusted ? min(max(age, 0), doubt) : 0
            lastHeartbeatAt = isTrusted ? min(seenAt, now) : now
        }
    }

    private mutating func noteBoot(of seen: Heartbeat, after before: Heartbeat?, at now: UnixTime, policy: NodePolicy) {
        guard let before else {
            bootSeen = now
            return
        }
        let otherBoot = before.boot.flatMap { old in seen.boot.map { $0.relation(to: old) == .different } } ?? false
        var otherStart = false
        if seen.boot == nil || before.boot == nil, let old = before.startedAt, let new = seen.startedAt {
            otherStart = new - old > policy.maxClockSkewSeconds
        }
        if otherBoot || otherStart {
            restarts += 1
            bootSeen = now
        }
    }
}
