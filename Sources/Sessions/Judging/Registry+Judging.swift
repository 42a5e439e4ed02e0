// The registry's judgement of log lines.

extension Registry {
    /// Takes one request, and judges it if it was refused; returns nil for all others. The log alone is not trusted:
    /// while the view is incomplete, the judgement says so.
    ///
    /// It returns nil too if the owner seems to be alive, since that must be proven first; ``settlePending(at:)`` returns
    /// the judgement later.
    public mutating func judge(_ request: LoggedRequest, at now: UnixTime) -> Judgement? {
        let serving = serving(request)
        let arrival = min(request.arrival ?? now, now)
        let time = min(request.time ?? arrival, arrival)
        guard let session = request.session else {
            // The owner cannot be known: the request counts as refused, but for no session.
            guard request.outcome == .refused else { return nil }
            let (judgement, _) = unverified(request, by: serving, time: time)
            testimony.remember(judgement, by: serving, owner: nil, at: now)
            return judgement
        }
        if let serving, request.node != nil, let stamp = request.time {
            testimony.noteDelay(arrival - stamp, ofNode: serving, at: now)
        }
        learnFromProxy(request, session, by: serving, time: time)
        switch request.outcome {
        case .closed:
            noteClosed(session)
            return nil
        case .created, .served:
            if request.outcome == .served, let time = request.time {
                doubtRemoval(servedAt: time, session, by: serving)
            }
            learnOwner(session, by: serving, time: time, at: now)
            return nil
        case .refused: break
        }
        var (judgement, cookie) = unverified(request, by: serving, time: time)
        var owner: Accused?
        if view.isComplete {
            if let position = population.table.find(session.id, ref: session.ref) {
                owner = judgeRegistered(&judgement, at: position, by: serving)
            } else {
                owner = judgeUnregistered(&judgement, of: session.ref, by: serving)
            }
        }
        if judgement.verdict == .misrouted { judgement.cause = cause(of: request, cookie, owner: judgement.owner) }
        if let owner, judgement.verdict == .misrouted || judgement.verdict == .ownerDenies && !owner.isDenied {
            let pending = PendingRefusals.Group(
                judgement: judgement, session: session, owner: owner.owner, created: owner.created,
                provenAfter: provenAfter(time, arrival: arrival, by: serving, at: now), since: now, line: request.line)
            let settled = settlement(of: pending, at: now)
            if settled == nil, testimony.pending.add(pending) { return nil }
            return settle(pending, as: settled ?? pending.unverified, at: now)
        }
        testimony.remember(judgement, by: serving, owner: owner?.owner.node, at: now)
        return judgement
    }

    /// Notes that a session was closed, if it is one that cleanup removed or may have removed.
    private mutating func noteClosed(_ session: NamedSession) {
        let isCleaned =
            if let record = population.ends.memory.record(of: session.ref) {
                record.ending == .cleaned
            } else if population.table.find(session.id, ref: session.ref) != nil {
                population.ends.cleaning.contains(session.ref)
            } else {
                true
            }
        if isCleaned { testimony.noteClosed(session.ref) }
    }

    /// The owner of a session whose request was refused.
    private struct Accused {
        var owner: Owner
        var created: UInt32
        /// True if the owner said before that it does not have the session.
        var isDenied = false
    }

    /// Returns what the line itself shows of a refused request, and the node that its cookie names.
    private func unverified(_ request: LoggedRequest, by serving: Int?, time: UnixTime) -> (Judgement, StickyMatch?) {
        var judgement = Judgement(ref: request.session?.ref, time: time)
        judgement.node = serving.map { liveness.nodes[$0].name }
        judgement.client = request.client.map { PrintableText.of($0) }
        let cookie = testimony.addresses.match(request.cookie)
        judgement.cookieNode = cookie?.node
        return (judgement, cookie)
    }

    /// Judges by the present state of the session, even if the request was earlier. Returns its owner.
    private func judgeRegistered(
        _ judgement: inout Judgement, at position: SessionTable.Position, by serving: Int?
    ) -> Accused? {
        let entry = population.table[position]
        judgement.createdAt = SessionEntry.time(entry.created)
        if judgement.client == nil, entry.client != 0 {
            judgement.client = PrintableText.of(population.clients[entry.client])
        }
        guard entry.malformation == nil, entry.owner != 0 else {
            judgement.verdict = entry.malformation == nil ? .unowned : .malformed
            return nil
        }
        let owner = population.owners[entry.owner]
        (judgement.owner, judgement.boot) = (liveness.nodes[owner.node].name, owner.boot?.text)
        // Any node could have rebuilt an adoptable session, but none did, so the fate of its owner is still the reason.
        let fate = liveness.fateOfProcess(of: owner)
        judge(&judgement, by: fate.state(created: entry.created, isDenied: entry.isDenied), of: owner, fate)
        if judgement.verdict == .misrouted, owner.node == serving { judgement.verdict = .ownerDenies }
        return Accused(owner: owner, created: entry.created, isDenied: entry.isDenied)
    }

    private func judge(_ judgement: inout Judgement, by state: SessionState, of owner: Owner, _ fate: Fate) {
        switch state {
        case .orphaned(let reason):
            judgement.verdict = Verdict(reason)
            judgement.orphanedSince = owner.isAdoptable ? nil : owner.orphanedSince(state, fate)
        case .unowned: judgement.verdict = .unowned
        case .malformed: judgement.verdict = .malformed
        case .owned: judgement.verdict = .misrouted
        }
    }

    /// Judges by how the session ended. Its earlier state counts only if the request certainly came before the end.
    /// Returns its former owner.
    private func judgeUnregistered(
        _ judgement: inout Judgement, of ref: SessionRef, by serving: Int?
    ) -> Accused? {
        guard let record = population.ends.memory.record(of: ref) else {
            judgement.verdict = mayHaveBeenThere(ref, at: judgement.time) ? .unverified : .neverSeen
            return nil
        }
        judgement.verdict = Verdict(record.ending)
        judgement.createdAt = SessionEntry.time(record.created)
        judgement.endedAt = SessionEntry.time(record.endedAt)
        guard record.owner != 0 else { return nil }
        let owner = population.owners[record.owner]
        (judgement.owner, judgement.boot) = (liveness.nodes[owner.node].name, owner.boot?.text)
        let known = UnixTime(milliseconds: (Int64(record.endedAt) - Int64(record.doubt)) * 1000)
        let created = UnixTime(milliseconds: Int64(record.created) * 1000)
        let skew = policy.maxClockSkewSeconds
        let wasThere = known - judgement.time > skew && judgement.time >= created - skew
        let fate = liveness.fateOfProcess(of: owner)
        if wasThere, let serving, serving != owner.node, liveness.nodes[owner.node].isAlive,
            fate.state(created: record.created, isDenied: false) == .owned
        {
            judgement.verdict = .misrouted
        }
        return Accused(owner: owner, created: record.created)
    }

    /// Returns whether a session that is neither registered nor remembered may still have existed: before the memory
    /// began, or because a line showed it and the registry has not been read since.
    private func mayHaveBeenThere(_ ref: SessionRef, at time: UnixTime) -> Bool {
        if let memorySince = population.memorySince, time < memorySince { return true }
        return testimony.ownersSeenBeforeRead.sighting(of: ref, at: time)
            .map { population.mayHaveCome(since: $0.time) } ?? false
    }

    /// Returns the node that answered. If the line names none and there is only one node, it is that one. If the line
    /// names an unknown node, it is another one, which has no heartbeat or whose name is written differently here.
    func serving(_ request: LoggedRequest) -> Int? {
        guard let name = request.node else { return nodeCount == 1 ? 0 : nil }
        return node(writtenAs: name, url: request.serviceURL)
    }
}

// MARK: - Proof

extension Registry {
    /// The number of refused requests that wait for proof of their owner's life or end.
    public var pendingCount: Int { testimony.pending.count }

    /// The lowest number of a line whose request waits for proof; see ``LoggedRequest/line``.
    public var firstPendingLine: Int? { testimony.pending.firstLine }

    /// Settles the refused requests whose owner proves to be alive or gone by now, or that have waited long enough.
    /// With `all`, none waits any longer. Returns at most `limit` judgements, which bounds how long a scrape can wait.
    public mutating func settlePending(all: Bool = false, limit: Int = 256, at now: UnixTime) -> [Judgement] {
        var judgements: [Judgement] = []
        for owner in testimony.pending.owners where judgements.count < limit {
            let settled = testimony.pending.settled(of: owner, atMost: limit - judgements.count) {
                settlement(of: $0, at: now) ?? (all ? $0.unverified : nil)
            }
            for (group, judgement) in zip(testimony.pending.take(settled.count, of: owner), settled) {
                judgements.append(settle(group, as: judgement, at: now))
            }
        }
        return judgements
    }

    /// Returns the time that a heartbeat of the owner must reach to prove that it was alive at a request: the arrival of
    /// the line or, for a line that was read late, its own time with all by which the clock of its node may be behind.
    private func provenAfter(_ time: UnixTime, arrival: UnixTime, by serving: Int?, at now: UnixTime) -> UnixTime {
        let offset = serving.flatMap { testimony.nodes[$0].clock.seconds(at: now) } ?? 0
        return min(arrival, time + (max(offset, 0) + policy.maxClockSkewSeconds))
    }

    /// Returns the verdict on requests that wait, and the time since which the session has no owner. Nil if nothing is
    /// proven yet.
    private func settlement(of group: PendingRefusals.Group, at now: UnixTime) -> Judgement? {
        var judgement = group.judgement
        guard let node = liveness.number(of: judgement.owner ?? "") else { return group.unverified }
        var owner = group.owner
        owner.node = node
        let fate = liveness.fateOfProcess(of: owner)
        let state = fate.state(created: group.created, isDenied: false)
        if state != .owned {
            judge(&judgement, by: state, of: owner, fate)
        } else if !liveness.isAlive(owner, provenAfter: group.provenAfter) {
            // A clock that was set back must not keep it waiting.
            return abs(now - group.since) >= policy.proofSeconds ? group.unverified : nil
        }
        if judgement.verdict != .misrouted { judgement.cause = nil }
        return judgement
    }

    /// Returns whether the session at a position still has that owner, whose boot may have become known since.
    private func isOwned(_ position: SessionTable.Position, by owner: CanonicalOwner) -> Bool {
        let entry = population.table[position]
        guard entry.malformation == nil, entry.owner != 0 else { return false }
        let now = liveness.name(of: population.owners[entry.owner]).canonical
        return now == owner || owner.boot == nil && now.node == owner.node
    }

    /// Settles requests for good.
    private mutating func settle(
        _ group: PendingRefusals.Group, as judgement: Judgement, at now: UnixTime
    ) -> Judgement {
        if judgement.verdict == .ownerDenies, group.servedAt == nil, let session = group.session,
            let position = population.table.find(session.id, ref: session.ref), isOwned(position, by: group.ownerKey)
        {
            noteDenial(at: position, time: judgement.time, at: now)
        }
        testimony.remember(
            judgement, servedAt: group.servedAt, by: judgement.node.flatMap { liveness.number(of: $0) },
            owner: judgement.owner.flatMap { liveness.number(of: $0) }, at: now)
        return judgement
    }
}

extension Registry {
    /// Returns the node that a line names: by its name, else by the proxy's `url` or as `host:port`, else as `name:pid`.
    /// Nil if the name means no node, or more than one.
    func node(writtenAs text: String, url: String? = nil) -> Int? {
        if let number = liveness.number(of: text) { return number }
        if let name = testimony.addresses.node(writtenAs: text, url: url) { return liveness.number(of: name) }
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let digits = text.utf8[text.utf8.index(after: colon)...]
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return liveness.number(of: String(text[..<colon]))
    }
}
