// The evidence of log lines that a node has a session, or does not have it.

extension Registry {
    /// Notes that a node created or served a session. An owner is learnt only for a session that names none.
    mutating func learnOwner(_ session: NamedSession, by serving: Int?, time: UnixTime, at now: UnixTime) {
        testimony.noteServed(session.ref, at: time)
        if let serving { noteServed(session, by: serving, time: time, at: now) }
        guard view.isComplete, let serving, !liveness.isOfFormerBoot(time, serving) else { return }
        let sighting = OwnerSightings.Sighting(ref: session.ref, node: liveness.nodes[serving].name, time: time)
        guard let position = population.table.find(session.id, ref: session.ref) else {
            return testimony.ownersSeenBeforeRead.add(sighting)
        }
        let entry = population.table[position]
        guard entry.malformation == nil else { return }
        if entry.isDenied, population.owners[entry.owner].node == serving {
            guard liveness.nodes[serving].isAlive else { return }
            // Lines of several files arrive in any order. A later denial stays.
            let denied = testimony.failures.lastFailure(of: session.ref, .ownerDenies)
            if denied.map({ $0 <= time }) ?? true { population.rewrite(at: position, now) { $0.isDenied = false } }
        } else if isUnowned(entry), let owner = learntOwner(by: sighting, at: now) {
            population.rewrite(at: position, now) { $0.owner = owner }
        }
    }

    /// Notes that the very owner of a session denied it. Only a denial by the living process counts, and only if the
    /// session's record is not newer.
    mutating func noteDenial(at position: SessionTable.Position, time: UnixTime, at now: UnixTime) {
        let entry = population.table[position]
        let owner = population.owners[entry.owner]
        let node = liveness.nodes[owner.node]
        guard !owner.isAdoptable, liveness.isOfPresentBoot(time, owner.node) else { return }
        if owner.isLearnt {
            testimony.ownersOfUnknownBoot.forget(entry.ref)
            population.rewrite(at: position, now) { $0.owner = 0 }
            return
        }
        let relation = owner.boot.flatMap { own in node.heartbeat?.boot.map { $0.relation(to: own) } }
        let isItsBoot = relation == nil || relation == .same
        let written = UnixTime(milliseconds: Int64(max(entry.created, entry.lastSeen)) * 1000)
        guard isItsBoot, time >= written - policy.maxClockSkewSeconds else { return }
        population.rewrite(at: position, now) { $0.isDenied = true }
    }

    /// Gives a session that is new to the registry the owner that earlier lines showed.
    mutating func takeOwnerSeenBefore(_ entry: inout SessionEntry, at now: UnixTime) {
        defer { testimony.ownersSeenBeforeRead.forget(entry.ref) }
        guard entry.owner == 0, entry.malformation == nil,
            let sighting = testimony.ownersSeenBeforeRead.sighting(of: entry.ref, at: now),
            let owner = learntOwner(by: sighting, at: now)
        else { return }
        entry.owner = owner
    }

    /// Evaluates again, after a check of the heartbeats, the sightings that were later than the last heartbeat known at
    /// the time.
    mutating func proveSightings(at now: UnixTime) {
        for old in testimony.ownersOfUnknownBoot.all {
            guard let sighting = testimony.ownersOfUnknownBoot.sighting(of: old.ref, at: now),
                let node = liveness.number(of: sighting.node), let position = population.table.find(sighting.ref),
                population.table[position].malformation == nil
            else {
                testimony.ownersOfUnknownBoot.forget(old.ref)
                continue
            }
            let entry = population.table[position]
            let known = population.owners[entry.owner]
            let isItsOwn = known.isLearnt && known.node == node
            guard isItsOwn || isUnowned(entry) else {
                testimony.ownersOfUnknownBoot.forget(old.ref)
                continue
            }
            if let owner = learntOwner(by: sighting, at: now), owner != entry.owner {
                population.rewrite(at: position, now) { $0.owner = owner }
            }
        }
    }

    private func isUnowned(_ entry: SessionEntry) -> Bool {
        if entry.owner == 0 { return true }
        let owner = population.owners[entry.owner]
        guard owner.isLearnt, case .learntGone = liveness.fate(of: owner) else { return false }
        return true
    }

    /// Returns the owner that a sighting shows. Nil if its node is not alive, or that process is gone. A new process
    /// may have started since the last known heartbeat. So a later sighting has no boot until the next heartbeat, and
    /// is then evaluated again.
    private mutating func learntOwner(by sighting: OwnerSightings.Sighting, at now: UnixTime) -> UInt32? {
        testimony.ownersOfUnknownBoot.forget(sighting.ref)
        guard let number = liveness.number(of: sighting.node), !liveness.isOfFormerBoot(sighting.time, number) else {
            return nil
        }
        let node = liveness.nodes[number]
        let isProven = node.lastHeartbeatAt.map { sighting.time <= $0 } ?? false
        if !isProven { testimony.ownersOfUnknownBoot.add(sighting) }
        guard node.isAlive else { return nil }
        let boot = isProven ? node.heartbeat?.boot : nil
        let name = OwnerName(node: Array(node.name.utf8), boot: boot.map { Array($0.text.utf8) })
        return owner(name, isAdoptable: false, learntAfterRestarts: node.restarts, at: now)
    }
}

extension SessionTable {
    /// Returns the position of the session with that ref. Nil if there is none, or more than one.
    fileprivate func find(_ ref: SessionRef) -> Position? {
        let position = lowerBound(ref)
        let rest = shelves[position.shelf][position.index...].prefix(2).filter { $0.ref == ref }
        return rest.count == 1 ? position : nil
    }
}
