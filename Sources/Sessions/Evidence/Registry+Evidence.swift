// The evidence that sessions and log lines give, and that instances share.

extension Registry {
    /// Notes that a session appeared, or that another owner took it over, which the new owner has written. `isNews`
    /// says that it happened just now if changes are reported as they happen, and else at some time since the last
    /// scan.
    mutating func noteRegistered(_ entry: SessionEntry, isNews: Bool, at now: UnixTime) {
        liveness.evidence.renewals.forget(entry.ref)
        guard entry.malformation == nil, entry.owner != 0, !population.owners[entry.owner].isLearnt else { return }
        let shard = population.shards[Int(entry.shard)]
        // The first scan finds sessions of any age.
        guard shard.view.asOf != nil else { return }
        let created = SessionEntry.time(entry.created).map { min($0, now) } ?? now
        let work = OwnerWork(.registered, at: shard.isLive ? now : created)
        let name = liveness.name(of: population.owners[entry.owner])
        liveness.evidence.noteWork(
            isNews ? work : nil, of: name, secondsAgo: 0, workSecondsAgo: now - work.at)
    }

    /// Notes that a session was renewed or rewritten while its owner was silent, by whomever.
    mutating func noteRenewal(_ entry: SessionEntry) {
        guard entry.malformation == nil, entry.owner != 0, population.owners[entry.owner].isQuiet else { return }
        let name = liveness.name(of: population.owners[entry.owner])
        liveness.evidence.noteRenewal(of: entry.ref, owner: entry.owner, name, longestStep: policy.gapSeconds)
    }

    /// Notes that a log shows that a node served a session. It counts at the line's own time, or later if the node's
    /// clock is behind. It counts for the owner if the session is its own, since only the owner can serve it. It counts
    /// for all owners on the node while no heartbeat shows which boot the node runs.
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

// MARK: - Shared evidence

extension Registry {
    /// Takes the owners that instances with our fingerprint recorded as seen alive, to show them and as evidence. What
    /// this process saw itself is kept. Returns the owners to add to the record.
    public mutating func recall(_ kept: [KnownOwner], at now: UnixTime) -> [KnownOwner] {
        let missing = liveness.recall(kept, at: now)
        updateAddresses()
        return missing
    }

    /// Forgets and returns the owners that were seen alive long ago and have no sessions any more. Only a complete view
    /// shows that an owner has none.
    public mutating func forgetKnown(at now: UnixTime) -> [KnownOwner] {
        guard view.isComplete else { return [] }
        let needed = ownersNamed
        let nodesNeeded = Set(needed.map(\.node))
        let forgetAfterSeconds = policy.forgetAfterSeconds
        return liveness.evidence.known.remove { known in
            let isOld = now - (known.lastHeartbeatAt ?? known.attestation?.at ?? now) > forgetAfterSeconds
            let key = known.owner.canonical
            return isOld && !needed.contains(key) && (key.boot != nil || !nodesNeeded.contains(key.node))
        }
    }

    /// The silence, as measured here, of owners that are gone and still have sessions, for other instances to build on.
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
            // A node is reported only with all its renewals.
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

    /// Builds on what another instance measured under the same conditions.
    public mutating func adopt(_ report: SilenceReport) {
        liveness.evidence.adopt(report) { ref in
            population.table.first(of: ref).map { population.table[$0].owner }
        }
        noteWhoIsQuiet()
    }
}

// MARK: - Attestations

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
