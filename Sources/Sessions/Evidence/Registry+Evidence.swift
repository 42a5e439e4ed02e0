// The evidence hears from sessions and log lines, and is shared with other instances.

extension Registry {
    /// Notes that a session appeared, or was taken up by another owner: its new owner has written that. `isNews`: just now,
    /// if changes are told as they come; else at some time since the last scan.
    mutating func noteRegistered(_ entry: SessionEntry, isNews: Bool, at now: UnixTime) {
        liveness.evidence.renewals.forget(entry.ref)
        guard entry.malformation == nil, entry.owner != 0, !population.owners[entry.owner].isLearnt else { return }
        let shard = population.shards[Int(entry.shard)]
        // The first scan meets what has been there for any time.
        guard shard.view.asOf != nil else { return }
        let created = SessionEntry.time(entry.created).map { min($0, now) } ?? now
        let work = OwnerWork(.registered, at: shard.isLive ? now : created)
        let name = liveness.name(of: population.owners[entry.owner])
        liveness.evidence.noteWork(
            isNews ? work : nil, of: name, secondsAgo: 0, workSecondsAgo: now - work.at)
    }

    /// Notes that a session was renewed or written anew while its owner was silent: whoever that was.
    mutating func noteRenewal(_ entry: SessionEntry) {
        guard entry.malformation == nil, entry.owner != 0, population.owners[entry.owner].isQuiet else { return }
        let name = liveness.name(of: population.owners[entry.owner])
        liveness.evidence.noteRenewal(of: entry.ref, owner: entry.owner, name, longestStep: policy.gapSeconds)
    }

    /// Takes in that a log shows a node to have served a session, at the line's own time, or later where the node's clock is
    /// behind: one of its own, which its owner alone can; or any, while no heartbeat tells which boot the node runs.
    mutating func noteServed(_ session: NamedSession, by serving: Int, time: UnixTime, at now: UnixTime) {
        let behind = max(testimony.nodes[serving].clock.seconds(at: now) ?? 0, 0)
        let served = min(time + behind, now)
        let work = OwnerWork(.served, at: served)
        var names: Set<SessionOwner> = []
        if !liveness.nodes[serving].isAlive {
            for owner in population.owners.inUse where owner.node == serving { names.insert(liveness.name(of: owner)) }
        }
        if let position = population.table.find(session.id, ref: session.ref) {
            let owner = population.owners[population.table[position].owner]
            if owner.node == serving, !owner.isLearnt { names.insert(liveness.name(of: owner)) }
        }
        for name in names {
            liveness.evidence.noteWork(work, of: name, secondsAgo: now - served, workSecondsAgo: now - served)
        }
    }
}

// MARK: - What instances share

extension Registry {
    /// Takes in who was seen alive, as instances with our fingerprint kept it: for what is shown, and for the evidence. What
    /// this process saw itself stands. Gives what is to be added to what is kept.
    public mutating func recall(_ kept: [KnownOwner], at now: UnixTime) -> [KnownOwner] {
        let missing = liveness.recall(kept, at: now)
        updateAddresses()
        return missing
    }

    /// Forgets who was seen alive long ago and has no sessions any more; gives whom. Only a complete view tells who has
    /// none.
    public mutating func forgetKnown(at now: UnixTime) -> [KnownOwner] {
        guard view.isComplete else { return [] }
        let needed = ownersNamed
        let nodesNeeded = Set(needed.map(\.node))
        return liveness.evidence.known.remove { known in
            let isOld = now - (known.lastHeartbeatAt ?? known.attestation?.at ?? now) > Liveness.forgetNodeSeconds
            let key = known.owner.canonical
            return isOld && !needed.contains(key) && (key.boot != nil || !nodesNeeded.contains(key.node))
        }
    }

    /// How long this instance has heard nothing of owners that have sessions and are gone, for others to go on with.
    public func silenceReport(_ fingerprint: WatchFingerprint) -> SilenceReport? {
        guard let history = liveness.evidence.history, view.isComplete else { return nil }
        var names: Set<String> = []
        for owner in population.owners.inUse where liveness.fate(of: owner).end != nil {
            names.insert(liveness.nodes[owner.node].name)
        }
        let renewed = liveness.evidence.renewals.refs { liveness.nodes[population.owners[$0].node].name }
        var left = SilenceReport.renewalLimit
        var reported: [SilenceReport.Node] = []
        for name in names.sorted().prefix(SilenceReport.nodeLimit) {
            let refs = renewed[name] ?? []
            // What is not told of all its renewals is not told of.
            guard refs.count <= left, let node = liveness.evidence.nodes[name] else { continue }
            left -= refs.count
            let owners = node.owners.map {
                SilenceReport.Owner(boot: $0.boot, silentSeconds: $0.ownSilentSeconds, wasHeard: $0.wasHeard)
            }
            reported.append(
                SilenceReport.Node(
                    name: name, owners: owners, soleBoot: node.soleBoot, soleSeconds: node.soleSeconds,
                    isShared: node.isShared, renewed: refs))
        }
        return SilenceReport(fingerprint: fingerprint, history: history, nodes: reported)
    }

    /// Goes on with what another instance measured on the same terms.
    public mutating func adopt(_ report: SilenceReport) {
        liveness.evidence.adopt(report) { ref in
            population.table.first(of: ref).map { population.table[$0].owner }
        }
        noteWhoIsQuiet()
    }
}

// MARK: - What a person may attest

/// Whether somebody may say that an owner is gone.
public enum Attestable: Sendable, Equatable {
    case may
    /// No session names it; the nodes that some name, perhaps this one with other boots.
    case noSessions(named: [String])
    /// Its heartbeat is heard.
    case alive(String)
    /// The registry is not read yet.
    case notRead(String)
}

extension Registry {
    public func attestable(_ owner: SessionOwner, at now: UnixTime) -> Attestable {
        guard view.isComplete else { return .notRead("the registry has not been read completely") }
        let named = population.owners.inUse.filter { !$0.isLearnt }
        let isNamed = named.contains { other in
            liveness.nodes[other.node].name == owner.node
                && (owner.boot == nil || other.boot?.canonical == owner.boot?.canonical)
        }
        guard isNamed else {
            return .noSessions(named: Set(named.map { liveness.nodes[$0.node].name }).sorted())
        }
        guard let node = liveness[owner.node], node.isSeen, node.isAlive else { return .may }
        let name = PrintableText.of(owner.node)
        guard let boot = owner.boot else { return .alive("\(name) is alive: name the boot that is gone") }
        guard let living = node.heartbeat?.boot else {
            return .alive("\(name) is alive, and its heartbeat names no boot: it may be that one")
        }
        return boot.relation(to: living) == .different ? .may : .alive("\(name) is alive with that boot")
    }
}
