// What log lines tell of a session's owner: that it has the session, or that it has it not.

extension Registry {
    /// Takes in that a node made a session or served it. An owner is learnt only for a session that names none.
    mutating func noteServed(_ request: LoggedRequest, by serving: Int?, time: UnixTime, at now: UnixTime) {
        failures.noteServed(request.ref, at: time)
        guard picture.isComplete, let serving, isOfPresentLife(time, serving) else { return }
        guard let position = table.find(request.id, ref: request.ref) else {
            foreseen.add(.init(ref: request.ref, node: nodes[serving].name, time: time))
            return
        }
        let entry = table[position]
        guard entry.malformation == nil else { return }
        if entry.isDenied, owners[Int(entry.owner)].node == serving {
            // Lines of several files come in any order: what was denied later stays denied.
            let denied = failures.lastFailure(of: request.ref, .ownerDenies)
            if denied.map({ $0 <= time }) ?? true { rewrite(at: position, now) { $0.isDenied = false } }
        } else if isUnowned(entry) {
            let owner = learntOwner(serving, at: now)
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
            rewrite(at: position, now) { $0.owner = 0 }
            return
        }
        let isItsBoot = owner.boot == nil || node.heartbeat?.boot == nil || owner.boot == node.heartbeat?.boot
        let written = UnixTime(milliseconds: Int64(max(entry.created, entry.lastSeen)) * 1000)
        guard isItsBoot, time >= written - policy.clockSkewSeconds else { return }
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
            let node = nodeIndex[sighting.node], isOfPresentLife(sighting.time, node)
        else { return }
        entry.owner = learntOwner(node, at: now)
    }

    /// Whether the node lives, and what was said at that time was said by the process that lives now.
    private func isOfPresentLife(_ time: UnixTime, _ node: Int) -> Bool {
        let node = nodes[node]
        guard node.isAlive else { return false }
        // When a process that we never saw begin was first seen says nothing.
        guard let start = node.startedAt ?? (node.restarts > 0 ? node.bootSeen : nil) else { return true }
        return time >= start - policy.clockSkewSeconds
    }

    private func isUnowned(_ entry: SessionEntry) -> Bool {
        if entry.owner == 0 { return true }
        let owner = owners[Int(entry.owner)]
        guard owner.isLearnt, case .learntGone = owner.fate(node: nodes[owner.node], policy: policy) else {
            return false
        }
        return true
    }

    private mutating func learntOwner(_ index: Int, at now: UnixTime) -> UInt32 {
        let node = nodes[index]
        let name = OwnerName(node: Array(node.name.utf8), boot: node.heartbeat?.boot.map { Array($0.utf8) })
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
