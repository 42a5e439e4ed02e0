// What log lines tell of a session's owner: that it has the session, or that it has it not.

extension Registry {
    /// Takes in that a node made a session or served it. An owner is learnt only for a session that names none.
    mutating func learnOwner(_ session: NamedSession, by serving: Int?, time: UnixTime, at now: UnixTime) {
        testimony.noteServed(session.ref, at: time)
        if let serving { noteServed(session, by: serving, time: time, at: now) }
        guard view.isComplete, let serving, !liveness.isOfFormerLife(time, serving) else { return }
        let sighting = OwnerSightings.Sighting(ref: session.ref, node: liveness.nodes[serving].name, time: time)
        guard let position = population.table.find(session.id, ref: session.ref) else {
            return testimony.ownersSeenBeforeRead.add(sighting)
        }
        let entry = population.table[position]
        guard entry.malformation == nil else { return }
        if entry.isDenied, population.owners[entry.owner].node == serving {
            guard liveness.nodes[serving].isAlive else { return }
            // Lines of several files come in any order: what was denied later stays denied.
            let denied = testimony.failures.lastFailure(of: session.ref, .ownerDenies)
            if denied.map({ $0 <= time }) ?? true { population.rewrite(at: position, now) { $0.isDenied = false } }
        } else if isUnowned(entry), let owner = learntOwner(by: sighting, at: now) {
            population.rewrite(at: position, now) { $0.owner = owner }
        }
    }

    /// Takes in that the very owner of a session said that it does not have it. Only what the living process itself
    /// says counts, and only if the session's record is not newer than that.
    mutating func noteDenial(at position: SessionTable.Position, time: UnixTime, at now: UnixTime) {
        let entry = population.table[position]
        let owner = population.owners[entry.owner]
        let node = liveness.nodes[owner.node]
        guard !owner.isAdoptable, liveness.isOfPresentLife(time, owner.node) else { return }
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

    /// Gives a session that is new to the registry the owner that lines told of before.
    mutating func takeOwnerSeenBefore(_ entry: inout SessionEntry, at now: UnixTime) {
        defer { testimony.ownersSeenBeforeRead.forget(entry.ref) }
        guard entry.owner == 0, entry.malformation == nil,
            let sighting = testimony.ownersSeenBeforeRead.sighting(of: entry.ref, at: now),
            let owner = learntOwner(by: sighting, at: now)
        else { return }
        entry.owner = owner
    }

    /// Looks again, after a look at the heartbeats, at what was seen later than the last beat that was known then.
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

    /// The owner that a sighting makes known; nil where its node does not live, or that process is gone. A new process
    /// may have begun since the last beat that is known: what was seen later than that has no boot until there is a
    /// beat after it, and is then looked at again.
    private mutating func learntOwner(by sighting: OwnerSightings.Sighting, at now: UnixTime) -> UInt32? {
        testimony.ownersOfUnknownBoot.forget(sighting.ref)
        guard let number = liveness.number(of: sighting.node), !liveness.isOfFormerLife(sighting.time, number) else {
            return nil
        }
        let node = liveness.nodes[number]
        let isProven = node.lastHeartbeatAt.map { sighting.time <= $0 } ?? false
        if !isProven { testimony.ownersOfUnknownBoot.add(sighting) }
        guard node.isAlive else { return nil }
        let boot = isProven ? node.heartbeat?.boot : nil
        let name = OwnerName(node: Array(node.name.utf8), boot: boot.map { Array($0.text.utf8) })
        return owner(name, isAdoptable: false, learntLife: node.restarts, at: now)
    }
}

extension SessionTable {
    /// Where the session of that ref stands; nil where there is none, or more than one.
    fileprivate func find(_ ref: SessionRef) -> Position? {
        let position = lowerBound(ref)
        let rest = shelves[position.shelf][position.index...].prefix(2).filter { $0.ref == ref }
        return rest.count == 1 ? position : nil
    }
}
