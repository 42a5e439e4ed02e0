extension Node {
    /// Takes one check of the node's heartbeat, which is nil if the key is gone. `elapsed` is the time in seconds since
    /// the check before, nil at the first check of this process. `isWritten` says that the heartbeat was written since,
    /// whatever time it carries.
    mutating func noteCheck(
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
            liveStatus = .dead
        } else {
            liveStatus = heartbeat?.isDraining == true ? .draining : .alive
            (departure, successor) = (nil, nil)
        }
    }

    /// Returns `seen` or, if it cannot be read, what was known before: a broken value must not erase the boot.
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
            // The heartbeat changed, so it was written since the last check, whatever its timestamp says. Silence is
            // counted from this check on. If the timestamp's age counted, a clock that is behind would turn a short gap
            // into a death.
            silentSeconds = 0
            // A heartbeat that only another process checked before, or that is older than the known one (a failover can
            // bring it back), may have been written at any time since.
            let isNewer = wasSeen && seenAt > (before?.seenAt ?? known)
            let earliest = isNewer ? now - elapsed : known
            lastHeartbeatAt = isTrusted ? min(max(seenAt, earliest), now) : now
        } else {
            // This is the first sighting. An old time means a dead node or a clock that is behind; two more checks
            // decide.
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
