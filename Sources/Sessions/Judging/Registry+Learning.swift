// What log lines tell of a session's owner: that it has the session, or that it has it not.

extension Registry {
    /// Takes in that a node made a session or served it. An owner is learnt only for a session that names none.
    mutating func learnOwner(_ session: NamedSession, by serving: Int?, time: UnixTime, at now: UnixTime) {
        failures.noteServed(session.ref, at: time)
        if let serving { noteServed(session, by: serving, time: time, at: now) }
        guard picture.isComplete, let serving, !isOfFormerLife(time, serving) else { return }
        let sighting = OwnerSightings.Sighting(ref: session.ref, node: nodes[serving].name, time: time)
        guard let position = table.find(session.id, ref: session.ref) else { return foreseen.add(sighting) }
        let entry = table[position]
        guard entry.malformation == nil else { return }
        if entry.isDenied, owners[Int(entry.owner)].node == serving {
            guard nodes[serving].isAlive else { return }
            // Lines of several files come in any order: what was denied later stays denied.
            let denied = failures.lastFailure(of: session.ref, .ownerDenies)
            if denied.map({ $0 <= time }) ?? true { rewrite(at: position, now) { $0.isDenied = false } }
        } else if isUnowned(entry), let owner = learntOwner(by: sighting, at: now) {
            rewrite(at: position, now) { $0.owner = owner }
        }
    }

    /// Takes in that the very owner of a session said that it does not have it. Only what the living process itself
    /// says counts, and only if the session's record is not newer than that.
    mutating func noteDenial(at position: SessionTable.Position, time: UnixTime, at now: UnixTime) {
        let entry = table[position]
        let owner = owners[Int(entry.owner)]
        let node = nodes[owner.node]
        guard !owner.isAdoptable, isOfPresentLife(time, owner.node) else { return }
        if owner.isLearnt {
            unproven.forget(entry.ref)
            rewrite(at: position, now) { $0.owner = 0 }
            return
        }
        let relation = owner.boot.flatMap { own in node.heartbeat?.boot.map { $0.relation(to: own) } }
        let isItsBoot = relation == nil || relation == .same
        let written = UnixTime(milliseconds: Int64(max(entry.created, entry.lastSeen)) * 1000)
        guard isItsBoot, time >= written - policy.maxClockSkewSeconds else { return }
        rewrite(at: position, now) { $0.isDenied = true }
    }

    /// What was read, with what events told of the session before: as long as its value is the same that the owner
    /// denied, and names no owner in place of the one learnt.
    func keepingWhatEventsTold(of old: SessionEntry, in read: SessionEntry) -> SessionEntry {
        var entry = read
        guard entry.malformation == nil, old.malformation == nil else { return entry }
        if entry.owner == 0, owners[Int(old.owner)].isLearnt { entry.owner = old.owner }
        if old.isDenied, entry.hasValue(of: old) { entry.isDenied = true }
        return entry
    }

    /// Gives a session that is new to the registry the owner that lines told of before.
    mutating func takeForeseenOwner(_ entry: inout SessionEntry, at now: UnixTime) {
        defer { foreseen.forget(entry.ref) }
        guard entry.owner == 0, entry.malformation == nil, let sighting = foreseen.sighting(of: entry.ref, at: now),
            let owner = learntOwner(by: sighting, at: now)
        else { return }
        entry.owner = owner
    }

    /// Looks again, after a look at the heartbeats, at what was seen later than the last beat that was known then.
    mutating func proveSightings(at now: UnixTime) {
        for old in unproven.all {
            guard let sighting = unproven.sighting(of: old.ref, at: now), let node = nodeIndex[sighting.node],
                let position = table.find(sighting.ref), table[position].malformation == nil
            else {
                unproven.forget(old.ref)
                continue
            }
            let entry = table[position]
            let isItsOwn = owners[Int(entry.owner)].isLearnt && owners[Int(entry.owner)].node == node
            guard isItsOwn || isUnowned(entry) else {
                unproven.forget(old.ref)
                continue
            }
            if let owner = learntOwner(by: sighting, at: now), owner != entry.owner {
                rewrite(at: position, now) { $0.owner = owner }
            }
        }
    }

    /// Whether the node lives, and what was said at that time was said by the process that lives now, as far as can be
    /// told.
    private func isOfPresentLife(_ time: UnixTime, _ node: Int) -> Bool {
        nodes[node].isAlive && !isOfFormerLife(time, node)
    }

    /// Whether what was said at that time was said by a process that is gone.
    private func isOfFormerLife(_ time: UnixTime, _ node: Int) -> Bool {
        let node = nodes[node]
        if !node.isAlive, let lastBeat = node.lastBeat, time <= lastBeat { return true }
        // When a process that we never saw begin was first seen says nothing.
        guard let start = node.startedAt ?? (node.restarts > 0 ? node.bootSeen : nil) else { return false }
        return time < start - policy.maxClockSkewSeconds
    }

    private func isUnowned(_ entry: SessionEntry) -> Bool {
        if entry.owner == 0 { return true }
        let owner = owners[Int(entry.owner)]
        guard owner.isLearnt, case .learntGone = owner.fate(node: nodes[owner.node], policy: policy) else {
            return false
        }
        return true
    }

    /// The owner that a sighting makes known; nil where its node does not live, or that process is gone. A new process
    /// may have begun since the last beat that is known: what was seen later than that has no boot until there is a
    /// beat after it, and is then looked at again.
    private mutating func learntOwner(by sighting: OwnerSightings.Sighting, at now: UnixTime) -> UInt32? {
        unproven.forget(sighting.ref)
        guard let index = nodeIndex[sighting.node], !isOfFormerLife(sighting.time, index) else { return nil }
        let node = nodes[index]
        let isProven = node.lastBeat.map { sighting.time <= $0 } ?? false
        if !isProven { unproven.add(sighting) }
        guard node.isAlive else { return nil }
        let boot = isProven ? node.heartbeat?.boot : nil
        let name = OwnerName(node: Array(node.name.utf8), boot: boot.map { Array($0.text.utf8) })
        return owner(name, isAdoptable: false, learntLife: node.restarts, at: now)
    }

    /// Changes what is known of a session without its being read, and keeps the counts.
    private mutating func rewrite(
        at position: SessionTable.Position, _ now: UnixTime, _ change: (inout SessionEntry) -> Void
    ) {
        count(table[position], by: -1, at: now)
        change(&table[position])
        count(table[position], by: 1, at: now)
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
