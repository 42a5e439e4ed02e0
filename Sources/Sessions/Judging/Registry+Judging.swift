// The registry's judgement of log lines.

extension Registry {
    /// Takes one request, and judges it if it was refused; returns nil for all others. The log alone is not trusted:
    /// while the view is incomplete, the judgement says so. `isOwnerChecked` is false if ``awaitsCheck(_:at:)`` still
    /// holds but the request cannot wait any longer: then it is unknown which process denied the session.
    public mutating func judge(
        _ request: LoggedRequest, isOwnerChecked: Bool = true, at now: UnixTime
    ) -> Judgement? {
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
        case .closed: return nil
        case .created, .served:
            learnOwner(session, by: serving, time: time, at: now)
            return nil
        case .refused: break
        }
        var (judgement, cookie) = unverified(request, by: serving, time: time)
        var owner: Int?
        if view.isComplete {
            if let position = population.table.find(session.id, ref: session.ref) {
                owner = judgeRegistered(&judgement, at: position, by: serving, isOwnerChecked, at: now)
            } else {
                owner = judgeUnregistered(&judgement, of: session.ref, by: serving)
            }
        }
        if judgement.verdict == .misrouted { judgement.cause = cause(of: request, cookie, owner: judgement.owner) }
        testimony.remember(judgement, by: serving, owner: owner, at: now)
        return judgement
    }

    /// Returns whether a refused request must wait for the next check of the heartbeats. It must if the very owner of
    /// the session denies it, since that may be a process that began after the last check.
    public func awaitsCheck(_ request: LoggedRequest, at now: UnixTime) -> Bool {
        guard request.outcome == .refused, view.isComplete, let session = request.session, let lastCheck,
            lastCheck <= request.arrival ?? now, let position = population.table.find(session.id, ref: session.ref)
        else { return false }
        let entry = population.table[position]
        guard entry.malformation == nil, entry.owner != 0, !entry.isDenied else { return false }
        let owner = population.owners[entry.owner]
        guard owner.node == serving(request) else { return false }
        let fate = liveness.fateOfProcess(of: owner)
        return fate.state(created: entry.created, isDenied: false) == .owned
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

    /// Judges by the present state of the session, even if the request was earlier. Returns the owner's node.
    private mutating func judgeRegistered(
        _ judgement: inout Judgement, at position: SessionTable.Position, by serving: Int?, _ isOwnerChecked: Bool,
        at now: UnixTime
    ) -> Int? {
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
        switch fate.state(created: entry.created, isDenied: entry.isDenied) {
        case .orphaned(let reason):
            judgement.verdict = Verdict(reason)
            judgement.orphanedSince = owner.isAdoptable ? nil : owner.orphanedSince(.orphaned(reason), fate)
        case .unowned: judgement.verdict = .unowned
        case .malformed: judgement.verdict = .malformed
        case .owned where owner.node == serving && !isOwnerChecked: judgement.verdict = .unverified
        case .owned where owner.node == serving:
            judgement.verdict = .ownerDenies
            noteDenial(at: position, time: judgement.time, at: now)
        case .owned: judgement.verdict = .misrouted
        }
        return owner.node
    }

    /// Judges by how the session ended. Its earlier state counts only if the request certainly came before the end.
    /// Returns the node of its former owner.
    private func judgeUnregistered(
        _ judgement: inout Judgement, of ref: SessionRef, by serving: Int?
    ) -> Int? {
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
        return owner.node
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
