import Sessions

extension Simulation {
    /// One daemon: what it knows, and what it does next.
    struct Replica {
        let name: String
        var due: Double
        var registry: Registry
        var names = RecordNames()
        var lease: CleanupLease
        var gone = GoneOwners()
        var run: CleanupRun?
        var needsReading = true
        var isReading = false
        /// Sessions told to have changed, and when that is read.
        var changes: [(due: Double, session: Int)] = []
        var life = -1
        var pausedUntil = 0.0
        var cutUntil = 0.0
        var lastShared = -Double.infinity
        var lastPulse = -Double.infinity
        var lastLook: (at: UnixTime, seconds: Double)?
        var lastSettled: (seconds: Double, at: Double)?
        var stop: CleanupStop?
        var skewSeconds = 0.0
        var nextRun: Double
        /// Owners that stood at its last look at the heartbeats.
        var standing: Set<GoneOwnerName> = []
        /// What its step in hand was asked before it came to do it.
        var step: CleanupRun.Step?

        init(_ name: String, startsAt: Double) {
            self.name = name
            due = startsAt
            var policy = NodePolicy()
            policy.deadAfterSeconds = Simulation.deadAfterSeconds
            registry = Registry(policy: policy, shelfBits: 2)
            lease = CleanupLease(holder: name)
            nextRun = startsAt + 20
        }
    }

    static var policy: CleanupPolicy {
        var policy = CleanupPolicy()
        policy.graceSeconds = graceSeconds
        policy.settleSeconds = settleSeconds
        policy.rate = 50
        policy.maxDeadFraction = 0.8
        return policy
    }

    /// The next thing that a replica does.
    mutating func act(_ index: Int) {
        let pause = max(replicas[index].pausedUntil, replicas[index].cutUntil)
        guard now >= pause else {
            // Stopped, it does nothing; cut off, it finds nobody, and its run ends.
            if replicas[index].cutUntil > now { lose(index, at: now) }
            replicas[index].due = pause
            return
        }
        if replicas[index].life != server.life {
            let isFirst = replicas[index].life < 0
            replicas[index].life = server.life
            if !isFirst { lose(index, at: now) }
            replicas[index].needsReading = true
        }
        if let step = replicas[index].step {
            replicas[index].step = nil
            perform(step, index)
            return
        }
        keepLease(index)
        read(index)
        pulse(index)
        share(index)
        look(index)
        replicas[index].due = now + random.seconds(0.2...1)
        decide(index)
    }

    /// As after any error of the cleaner's connection, and of the watchers'.
    private mutating func lose(_ index: Int, at now: Double) {
        replicas[index].run?.fail("cut off", at: server.time(at: now))
        replicas[index].run = nil
        replicas[index].step = nil
        replicas[index].lastSettled = nil
        replicas[index].needsReading = true
        replicas[index].isReading = false
        _ = replicas[index].registry.noteLost()
    }

    private mutating func keepLease(_ index: Int) {
        guard replicas[index].lease.isDue(at: now) else { return }
        let answer = server.takeLease(replicas[index].name, at: now)
        // The answer may be lost after the server did its part.
        if random.oneIn(200) { return }
        switch replicas[index].lease.take(answer, askedAt: now) {
        case .acquired:
            coverage.note("leases taken")
            replicas[index].lastShared = -.infinity
            replicas[index].lastLook = nil
        case .lost: coverage.note("leases lost")
        case .released, nil: break
        }
    }

    private func observed(_ session: Int, _ replica: inout Replica) -> ObservedSession? {
        let text = Array("session-\(session)".utf8)
        guard let id = try? SessionID(text.span, maxLength: 64) else { return nil }
        let ref = SessionRef(UInt64(session) &* 0x9E37_79B9_7F4A_7C15)
        guard let record = server.sessions[session] else {
            return ObservedSession(id: id, ref: ref, dialect: 0, content: .gone, expiresAt: nil)
        }
        var value = SessionValue()
        let (node, boot) = (Array(record.node.utf8), Array(record.boot.utf8))
        value.owner = replica.names.owner(node: node.span, boot: boot.span, isAdoptable: false)
        value.createdAt = record.createdAt
        return ObservedSession(id: id, ref: ref, dialect: 0, content: .value(value), expiresAt: nil)
    }

    /// Readings in two halves with time between them, and changes as they come.
    private mutating func read(_ index: Int) {
        var replica = replicas[index]
        let time = server.time(at: now)
        if replica.needsReading, !replica.isReading {
            replica.registry.beginReading(isLive: true)
            (replica.isReading, replica.needsReading) = (true, false)
            replica.changes = []
            let half = server.sessions.keys.filter { $0 % 2 == 0 }.sorted().compactMap { observed($0, &replica) }
            replica.registry.take(half, &replica.names, at: time)
        } else if replica.isReading {
            let half = server.sessions.keys.filter { $0 % 2 == 1 }.sorted().compactMap { observed($0, &replica) }
            replica.registry.take(half, &replica.names, at: time)
            applyChanges(&replica, at: time, all: true)
            while !replica.registry.finishReading(ReadingTotals(), nodeKeys: 0, at: time) {}
            replica.isReading = false
        } else {
            applyChanges(&replica, at: time, all: false)
            replica.registry.noteCurrent(at: time)
        }
        replicas[index] = replica
    }

    private func applyChanges(_ replica: inout Replica, at time: UnixTime, all: Bool) {
        let ready = replica.changes.filter { all || $0.due <= now }
        guard !ready.isEmpty else { return }
        replica.changes.removeAll { all || $0.due <= now }
        let changed = Set(ready.map(\.session)).sorted().compactMap { observed($0, &replica) }
        replica.registry.take(changed, &replica.names, from: .change, at: time)
    }

    private mutating func pulse(_ index: Int) {
        guard now - replicas[index].lastPulse >= replicas[index].registry.policy.pulseSeconds else { return }
        replicas[index].lastPulse = now
        replicas[index].skewSeconds = -server.offset
        replicas[index].registry.take(server.pulse(at: now), at: server.time(at: now))
        let owners = processes.map { GoneOwnerName(node: $0.node, boot: $0.boot) }
        replicas[index].standing = Set(owners.filter { stands($0, in: server) })
    }

    private mutating func share(_ index: Int) {
        if replicas[index].lastSettled.map({ now - $0.at >= 10 }) ?? true {
            replicas[index].lastSettled = (now - server.lifeBegan, now)
        }
        guard now - replicas[index].lastShared >= 5 else { return }
        replicas[index].lastShared = now
        if replicas[index].lastLook == nil {
            replicas[index].gone = GoneOwners(server.gone)
            replicas[index].registry.recall(Array(server.nodes.values), at: server.time(at: now))
        }
        let ends = server.stopEndsAt
        replicas[index].stop = ends > now ? CleanupStop(by: "x", why: "y", at: server.time(at: now)) : nil
    }

    /// Evidence: what a holder saw, it writes.
    private mutating func look(_ index: Int) {
        guard replicas[index].lease.epoch(at: now) != nil,
            let found = replicas[index].registry.goneOwners(at: server.time(at: now)),
            found.at != replicas[index].lastLook?.at
        else { return }
        let elapsed = replicas[index].lastLook.map { now - $0.seconds }
        let isTrusted = abs(replicas[index].skewSeconds) <= Self.policy.maxSkewSeconds || bug == .clockBelieved
        replicas[index].lastLook = (found.at, now)
        var owners = found.owners
        if bug == .evidenceKept {
            for (name, owner) in replicas[index].gone.owners where owners[name] == nil {
                owners[name] = .init(owner.reason)
            }
        }
        let changes = replicas[index].gone.look(
            owners, at: found.at, elapsed: bug == .clockBelieved ? nil : elapsed, isClockTrusted: isTrusted)
        for (name, owner) in changes.noted { server.gone[name] = owner }
        for name in changes.ended { server.gone[name] = nil }
        if random.oneIn(8) {
            for (name, owner) in replicas[index].gone.owners { server.gone[name] = owner }
            for node in replicas[index].registry.nodesToKeep { server.nodes[node.name] = node }
        }
        // A process that is not back for good is none that was seen back.
        for owner in replicas[index].standing where found.owners[owner] == nil { seenStanding[owner] = now }
    }

    // MARK: - Runs

    private mutating func decide(_ index: Int) {
        if replicas[index].run == nil, now >= replicas[index].nextRun, let epoch = replicas[index].lease.epoch(at: now)
        {
            replicas[index].nextRun = now + random.seconds(5...40)
            var policy = Self.policy
            if bug == .noGrace { policy.graceSeconds = 1 }
            let request = CleanupRequest(by: "schedule", run: "\(now)", isDryRun: random.oneIn(10))
            replicas[index].run = CleanupRun(request, policy: policy, epoch: epoch, at: server.time(at: now))
        }
        guard replicas[index].run != nil else { return }
        var step = next(index)
        // Walks through the registry need no time of their own here.
        while step == .wait(seconds: 0) { step = next(index) }
        switch step {
        case .end:
            let report = replicas[index].run?.report
            coverage.note("runs \(report?.result?.rawValue ?? "")")
            replicas[index].run = nil
        case .wait(let seconds): replicas[index].due = now + min(seconds, 0.5)
        case .look, .remove:
            replicas[index].step = step
            // From the decision to the server: usually at once, sometimes after a long sleep.
            let wait = random.oneIn(40) ? random.seconds(0...30) : random.seconds(0...0.02)
            replicas[index].due = now + wait
            if case .remove(let batch) = step, random.oneIn(6) { intervene(batch) }
        }
    }

    /// Chance alone would seldom hit the moment between what was judged and what is done.
    private mutating func intervene(_ batch: RemovalBatch) {
        let owner = batch.owner
        if let back = processes.firstIndex(where: { $0.isAlive && $0.node == owner.node && $0.boot == owner.boot }) {
            (processes[back].stalledUntil, processes[back].nextBeat) = (now, now)
            beat(back)
            coverage.note("owners back before the removal")
        } else if random.oneIn(2), let session = batch.entries.first.map({ Self.number($0.candidate.id) }) {
            takeUp(session)
        }
    }

    private mutating func next(_ index: Int) -> CleanupRun.Step {
        let replica = replicas[index]
        var conditions = CleanupConditions(
            staleAfterSeconds: 90, settledSeconds: replica.lastSettled.map { $0.seconds + now - $0.at },
            skewSeconds: replica.skewSeconds, stop: replica.stop)
        if bug == .brakesIgnored {
            conditions = CleanupConditions(staleAfterSeconds: 1e9, settledSeconds: 1e9)
        }
        // A replica's own clock goes on from what Redis said last.
        let moment = CleanupRun.Moment(
            now: server.time(at: now), seconds: now, lease: replica.lease, gone: replica.gone, conditions: conditions)
        return replicas[index].run?.next(replica.registry, moment) ?? .end
    }

    private mutating func perform(_ step: CleanupRun.Step, _ index: Int) {
        switch step {
        case .look(let candidates):
            let node = candidates.first?.owner.node ?? ""
            let records = candidates.map { candidate in
                server.sessions[Self.number(candidate.id)].map { record in
                    HeldRecord(
                        value: .text(record.bytes),
                        owner: OwnerName(node: Array(record.node.utf8), boot: Array(record.boot.utf8)),
                        createdAt: record.createdAt)
                }
            }
            let look = RemovalLook(records: records, beats: server.found(node, in: keySpace, at: now))
            replicas[index].run?.take(look)
        case .remove(let batch): remove(batch, index)
        case .wait, .end: break
        }
        replicas[index].due = now + random.seconds(0...0.01)
    }

    static func number(_ id: SessionID) -> Int {
        Int(String(decoding: id.bytes, as: UTF8.self).dropFirst("session-".count)) ?? 0
    }

    private mutating func remove(_ batch: RemovalBatch, _ index: Int) {
        var faults: [String] = []
        let oracle = self
        var gone: [Int] = []
        let outcome = server.remove(batch, number: Self.number, in: keySpace, at: now, bug: bug) { server, session in
            faults += oracle.faults(of: batch, session, server)
            gone.append(session)
        }
        if let fault = faults.first { fail(fault) }
        removed += gone.count
        for session in gone {
            for other in replicas.indices { replicas[other].changes.append((now + delay(&random), session)) }
        }
        note(outcome, gone.count)
        if random.oneIn(100) {
            // The server did it, and the answer was lost.
            coverage.note("answers lost")
            lose(index, at: now)
            return
        }
        replicas[index].run?.take(outcome, seconds: 0.0005, at: now, time: server.time(at: now))
    }

    private mutating func note(_ outcome: RemovalOutcome, _ count: Int) {
        switch outcome {
        case .refused(let refusal): coverage.note("refused: \(refusal)")
        case .done(let results):
            coverage.note("removed", count)
            coverage.note("changed before removal", results.count { $0 == .changed })
            removals.append((now, count))
            let recent = removals.filter { now - $0.at < 1 }.reduce(0) { $0 + $1.count }
            if Double(recent) > Self.policy.rate + 20 { fail("\(recent) keys within a second") }
        }
    }

    /// What the oracle has against the removal of a session at this instant.
    func faults(of batch: RemovalBatch, _ session: Int, _ server: SimulatedServer) -> [String] {
        var faults: [String] = []
        let record = server.sessions[session]
        let lease = server.lease
        if lease?.holder != batch.holder || lease?.epoch != batch.epoch
            || lease.map({ $0.until > server.time(at: now) }) != true
        {
            faults.append("\(batch.holder) removed without the lease")
        }
        if server.stopEndsAt > now { faults.append("removed though somebody stopped it") }
        if record?.node != batch.owner.node || record?.boot != batch.owner.boot {
            faults.append("a session of \(record?.node ?? "?") removed as one of \(batch.owner.node)")
        }
        if stands(batch.owner, in: server) { faults.append("the heartbeat of \(batch.owner.node) stood") }
        if let seen = seenStanding[batch.owner], now - seen < Self.graceSeconds - Self.slackSeconds {
            faults.append("\(batch.owner.node) was seen standing \(now - seen) s ago")
        }
        if now - server.lifeBegan < Self.settleSeconds - Self.slackSeconds {
            faults.append("Redis had been up for \(now - server.lifeBegan) s")
        }
        if !Self.policy.reasons.contains(batch.reason) { faults.append("removed for \(batch.reason)") }
        return faults
    }
}
