// The search for removed sessions that are in use.

extension Registry {
    /// Notes that cleanup removed sessions of that owner, here or in another instance.
    public mutating func noteRemoval(of owner: SessionOwner, at time: UnixTime) {
        tripwire.noteRemoval(of: owner, at: time)
    }

    /// Returns the signs since the last call that removed sessions are in use.
    public mutating func takeRemovalDoubts() -> [RemovalDoubt] { tripwire.takeDoubts() }

    /// Looks for heartbeats of boots whose sessions were removed. The work depends on their number.
    public mutating func doubtRemovalsOfBeatingBoots() {
        for (owner, removedAt) in tripwire.removals {
            guard let number = liveness.number(of: owner.node), let boot = owner.boot else { continue }
            let node = liveness.nodes[number]
            guard node.isAlive, node.heartbeat?.boot?.relation(to: boot) == .same, let heard = node.lastHeartbeatAt,
                heard - removedAt > policy.maxClockSkewSeconds
            else { continue }
            tripwire.forget(owner)
            tripwire.add(RemovalDoubt(.beating(owner), node: owner.node, at: heard, removedAt: removedAt))
        }
    }

    /// Notes that a node served a session: by the line's own time, since a line may be late.
    mutating func doubtRemoval(servedAt time: UnixTime, _ session: NamedSession, by serving: Int?) {
        guard let removedAt = removalTime(of: session.ref), time - removedAt > policy.maxClockSkewSeconds else {
            return
        }
        let node = serving.map { liveness.nodes[$0].name }
        tripwire.add(RemovalDoubt(.served(session.ref), node: node, at: time, removedAt: removedAt))
    }

    /// Notes that a session that cleanup had removed is registered again.
    mutating func doubtRemoval(registered entry: SessionEntry, after removal: EndedMemory.Record, at now: UnixTime) {
        guard entry.owner != 0, entry.malformation == nil, removal.owner == 0 || removal.owner == entry.owner else {
            return
        }
        let owner = population.owners[entry.owner]
        guard owner.boot != nil, !owner.isLearnt else { return }
        let name = SessionOwner(node: liveness.nodes[owner.node].name, boot: owner.boot)
        tripwire.add(
            RemovalDoubt(.registered(entry.ref, by: name), node: name.node, at: now, removedAt: removal.time))
    }

    /// The time at which cleanup removed a session, or shortened its life; nil if it did not.
    private func removalTime(of ref: SessionRef) -> UnixTime? {
        if let record = population.ends.memory.record(of: ref) { return record.ending == .cleaned ? record.time : nil }
        return population.ends.cleaning.removalTime(of: ref)
    }
}
