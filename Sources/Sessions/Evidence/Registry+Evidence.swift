// What the registry tells the evidence: heartbeats, new sessions, renewals, and what logs show to have been served.

extension Registry {
    /// Hands a check of the heartbeats over, and gives the nodes that showed life in it. Owners that sessions name are
    /// observed from then on.
    mutating func observe(_ pulse: Pulse, at now: UnixTime, seconds: Double) -> Set<String> {
        for owner in owners where owner.node >= 0 && owner.sessions > 0 && !owner.isLearnt {
            evidence.observe(name(of: owner))
        }
        let living = evidence.take(
            pulse, OwnerEvidence.Check(seconds: seconds, longestStep: policy.gapSeconds, now: now))
        guard pulse.isObservation else { return living }
        noteWhoIsQuiet()
        evidence.renewals.prune(before: evidence.observedSeconds - CleanupPolicy.longestSilenceSeconds) {
            !owners[Int($0)].isQuiet
        }
        return living
    }

    /// Renewals count where their owner's heartbeats are silent, or were never heard here.
    private mutating func noteWhoIsQuiet() {
        for index in owners.indices where owners[index].node >= 0 {
            let owner = owners[index]
            let observed = evidence.nodes[nodes[owner.node].name]?.owner(owner.boot)
            owners[index].isQuiet = observed.map { !$0.wasHeard || $0.beatSilentSeconds > policy.gapSeconds } ?? true
        }
    }

    /// Takes heartbeats that were read because they had just been written: of a node whose two processes overwrite each
    /// other's, a check now and then may never meet the one.
    public mutating func hear(_ pulse: Pulse, at now: UnixTime, seconds: Double) {
        _ = evidence.hear(pulse, OwnerEvidence.Check(seconds: seconds, longestStep: policy.gapSeconds, now: now))
    }

    /// For how much longer the heartbeat of a node must be watched closely before it is proven that none of its boots hides
    /// another's, and the boot that is believed to be alone; nil where it was watched for long enough.
    ///
    /// Two processes under one name may beat in step, so that the heartbeat of the one stands for some milliseconds at a
    /// time. Two of their intervals, read every few milliseconds, show both.
    func closeWatchLeft(_ node: String) -> (sole: SoleBoot, seconds: Double)? {
        guard policy.rules.contains(.soleBoot), let observed = evidence.nodes[node], let boot = observed.soleBoot else {
            return nil
        }
        let interval = observed.owner(boot)?.intervals.isRhythm == true ? evidence.intervalSeconds(of: node) : nil
        let wanted = Self.closeIntervals * (interval ?? Self.closeSecondsLimit)
        let left = min(max(wanted, Self.closeSecondsLeast), Self.closeSecondsLimit) - observed.closeSeconds
        return left > 0 ? (SoleBoot(node: node, boot: boot), left) : nil
    }

    /// Whether a heartbeat of another boot may have hidden this owner's within that time.
    func mayBeHidden(_ owner: SessionOwner, within seconds: Double) -> Bool {
        evidence.nodes[owner.node]?.mayHide(owner.boot, within: seconds) ?? false
    }

    private static let closeIntervals = 2.2
    private static let closeSecondsLeast = 1.0
    private static let closeSecondsLimit = 60.0

    /// Takes what was read of a node's heartbeats while they were watched closely.
    public mutating func hear(_ beats: [FoundBeat], of node: String, at now: UnixTime, seconds: Double) {
        var pulse = Pulse()
        pulse.isObservation = false
        for beat in beats {
            guard beat.value != nil, let heartbeat = beat.heartbeat else { continue }
            pulse.add(
                FoundHeartbeat(
                    heartbeat, dialect: beat.place.dialect, isCollected: beat.place.member != nil,
                    deadline: beat.deadline), of: node)
        }
        hear(pulse, at: now, seconds: seconds)
    }

    /// A node's heartbeats were watched closely for so long, from when that boot alone was believed to be heard.
    public mutating func noteWatchedClosely(_ sole: SoleBoot, seconds: Double) {
        evidence.nodes[sole.node]?.noteWatchedClosely(seconds, sole.boot)
    }

    /// Forgets what was observed of these nodes, and of owners that no session names.
    mutating func forgetEvidence(of forgotten: Set<String>) {
        evidence.forget(nodesBesides: Set(nodes.map(\.name)).subtracting(forgotten), ownersBesides: ownersNamed)
    }

    /// The owners that sessions name.
    private var ownersNamed: Set<CanonicalOwner> {
        var named: Set<CanonicalOwner> = []
        for owner in owners where owner.node >= 0 && owner.sessions > 0 { named.insert(name(of: owner).canonical) }
        return named
    }

    func name(of owner: Owner) -> SessionOwner { SessionOwner(node: nodes[owner.node].name, boot: owner.boot) }

    /// Notes that a session appeared, or was taken up by another owner: its new owner has written that. `isNews`: just now,
    /// if changes are told as they come; else at some time since the last scan.
    mutating func noteRegistered(_ entry: SessionEntry, isNews: Bool, at now: UnixTime) {
        evidence.renewals.forget(entry.ref)
        guard entry.malformation == nil, entry.owner != 0, !owners[Int(entry.owner)].isLearnt else { return }
        let shard = shards[Int(entry.shard)]
        // The first scan meets what has been there for any time.
        guard shard.picture.asOf != nil else { return }
        let created = Self.time(entry.created).map { min($0, now) } ?? now
        let work = OwnerWork(.registered, at: shard.isLive ? now : created)
        evidence.noteWork(
            isNews ? work : nil, of: name(of: owners[Int(entry.owner)]), secondsAgo: 0, workSecondsAgo: now - work.at)
    }

    /// Notes that a session was renewed or written anew while its owner was silent: whoever that was.
    mutating func noteRenewal(_ entry: SessionEntry) {
        guard entry.malformation == nil, entry.owner != 0, owners[Int(entry.owner)].isQuiet else { return }
        evidence.noteRenewal(
            of: entry.ref, owner: entry.owner, name(of: owners[Int(entry.owner)]), longestStep: policy.gapSeconds)
    }

    /// Takes in that a log shows a node to have served a session, at the line's own time, or later where the node's clock is
    /// behind: one of its own, which its owner alone can; or any, while no heartbeat tells which boot the node runs.
    mutating func noteServed(_ session: NamedSession, by serving: Int, time: UnixTime, at now: UnixTime) {
        let behind = max(nodes[serving].clock.seconds(at: now) ?? 0, 0)
        let served = min(time + behind, now)
        let work = OwnerWork(.served, at: served)
        var names: Set<SessionOwner> = []
        if !nodes[serving].isAlive {
            for owner in owners where owner.node == serving && owner.sessions > 0 { names.insert(name(of: owner)) }
        }
        if let position = table.find(session.id, ref: session.ref), table[position].malformation == nil {
            let owner = owners[Int(table[position].owner)]
            if owner.node == serving, !owner.isLearnt { names.insert(name(of: owner)) }
        }
        for name in names {
            evidence.noteWork(work, of: name, secondsAgo: now - served, workSecondsAgo: now - served)
        }
    }

    /// The node with the longest interval between two heartbeats; nil where none was seen to beat twice.
    public var slowestNode: (name: String, intervalSeconds: Double)? {
        evidence.nodes.compactMap { name, node in node.intervalSeconds.map { (name, $0) } }.max { $0.1 < $1.1 }
    }

    /// A session's grace began anew when it was renewed; nil where it was not.
    func renewedSeconds(_ ref: SessionRef) -> Double? {
        evidence.renewals.renewed(ref).map { max(evidence.observedSeconds - $0, 0) }
    }
}

// MARK: - What instances share

extension Registry {
    /// Takes in who was seen alive, as instances with our fingerprint kept it: for what is shown, and for the evidence. What
    /// this process saw itself stands. Gives what is to be added to what is kept.
    public mutating func recall(_ kept: [KnownOwner], at now: UnixTime) -> [KnownOwner] {
        let missing = evidence.merge(kept)
        var latest: [String: KnownOwner] = [:]
        for known in kept {
            var known = known
            // A time to come was told by a clock that has been set back since.
            known.lastBeat = known.lastBeat.map { min($0, now) }
            guard let lastBeat = known.lastBeat, lastBeat >= latest[known.owner.node]?.lastBeat ?? lastBeat else {
                continue
            }
            latest[known.owner.node] = known
        }
        for known in latest.values { show(known, at: now) }
        updateAddresses()
        return missing
    }

    /// Shows a node that this process has not seen as it was last known.
    private mutating func show(_ known: KnownOwner, at now: UnixTime) {
        guard let lastBeat = known.lastBeat,
            now - lastBeat < Self.forgetNodeSeconds || nodeIndex[known.owner.node] != nil
        else { return }
        let index = node(named: known.owner.node, at: now)
        guard nodes[index].lastBeat == nil else { return }
        var heartbeat = Heartbeat()
        (heartbeat.boot, heartbeat.startedAt, heartbeat.seenAt) = (known.owner.boot, known.startedAt, known.seenAt)
        heartbeat.url = known.url
        nodes[index].heartbeat = heartbeat
        nodes[index].lastBeat = lastBeat
        nodes[index].firstSeen = min(nodes[index].firstSeen, lastBeat)
        nodes[index].bootSeen = known.startedAt ?? lastBeat
        nodes[index].silentSeconds = max(known.silentSeconds, 0)
        nodes[index].status = known.silentSeconds >= policy.deadAfterSeconds ? .dead : .alive
    }

    /// All that is known, with how nodes look now, to be kept for others.
    public var knownToKeep: [KnownOwner] {
        evidence.allKnown.map { known in
            var known = known
            guard let index = nodeIndex[known.owner.node] else { return known }
            let node = nodes[index]
            if node.heartbeat?.boot == known.owner.boot {
                known.silentSeconds = node.silentSeconds
                known.lastBeat = [known.lastBeat, known.lastBeat == nil ? nil : node.lastBeat].compactMap(\.self).max()
            } else {
                known.silentSeconds = max(known.silentSeconds, policy.deadAfterSeconds)
            }
            return known
        }
    }

    /// Owners that became known since the last call.
    public mutating func takeNewsOfKnown() -> [KnownOwner] { evidence.takeNews() }

    /// Forgets who was seen alive long ago and has no sessions any more; gives whom. Only a complete picture tells who has
    /// none.
    public mutating func forgetKnown(at now: UnixTime) -> [KnownOwner] {
        guard picture.isComplete else { return [] }
        let needed = ownersNamed
        let nodesNeeded = Set(needed.map(\.node))
        return evidence.known.remove { known in
            let isOld = now - (known.lastBeat ?? known.attestation?.at ?? now) > Self.forgetNodeSeconds
            let key = known.owner.canonical
            return isOld && !needed.contains(key) && (key.boot != nil || !nodesNeeded.contains(key.node))
        }
    }

    /// What is to be kept of an owner once a person says that it is gone; nil where there is no room for another one.
    public func attested(_ owner: SessionOwner, _ attestation: Attestation) -> KnownOwner? {
        evidence.attested(owner, attestation)
    }

    /// A person says that an owner that no instance ever saw is gone.
    public mutating func attest(_ owner: SessionOwner, _ attestation: Attestation) {
        evidence.attest(owner, attestation)
    }

    /// How long this instance has heard nothing of owners that have sessions and are gone, for others to go on with.
    public func silenceReport(_ fingerprint: WatchFingerprint) -> SilenceReport? {
        guard let history = evidence.history, picture.isComplete else { return nil }
        var names: Set<String> = []
        for owner in owners where owner.node >= 0 && owner.sessions > 0 && end(of: owner) != nil {
            names.insert(nodes[owner.node].name)
        }
        let renewed = evidence.renewals.refs { owner in nodes[owners[Int(owner)].node].name }
        var left = SilenceReport.renewalLimit
        var reported: [SilenceReport.Node] = []
        for name in names.sorted().prefix(SilenceReport.nodeLimit) {
            let refs = renewed[name] ?? []
            // What is not told of all its renewals is not told of.
            guard refs.count <= left, let node = evidence.nodes[name] else { continue }
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
        evidence.adopt(report) { ref in table.first(of: ref).map { table[$0].owner } }
        noteWhoIsQuiet()
    }

    /// Takes in what another instance heard.
    public mutating func limitSilence(by report: SilenceReport) { evidence.limit(by: report) }
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
        guard picture.isComplete else { return .notRead("the registry has not been read completely") }
        let named = owners.filter { $0.node >= 0 && $0.sessions > 0 && !$0.isLearnt }
        let isNamed = named.contains { other in
            nodes[other.node].name == owner.node
                && (owner.boot == nil || other.boot?.canonical == owner.boot?.canonical)
        }
        guard isNamed else {
            return .noSessions(named: Set(named.map { nodes[$0.node].name }).sorted())
        }
        guard let index = nodeIndex[owner.node], nodes[index].isSeen, nodes[index].isAlive else { return .may }
        let name = PrintableText.of(owner.node)
        guard let boot = owner.boot else { return .alive("\(name) is alive: name the boot that is gone") }
        guard let living = nodes[index].heartbeat?.boot else {
            return .alive("\(name) is alive, and its heartbeat names no boot: it may be that one")
        }
        return boot.relation(to: living) == .different ? .may : .alive("\(name) is alive with that boot")
    }
}
