import Sessions

// What the daemon's watchers do: looks at the heartbeats, full fullScans, changes as they are told.

extension Simulation {
    /// From one sign that changes come in time to the next.
    static let tickSeconds = 8.0
    static let scanEverySeconds = 30.0
    static let reconcileEverySeconds = 150.0
    /// As `Watch.staleAfterSeconds` has it.
    static let staleAfterSeconds = 90.0

    /// What a look finds: Redis' time, the heartbeats, and in truth when it was and whose they are.
    private struct Look {
        var time: UnixTime
        var pulse: HeartbeatCheck
        var signs: [SimulatedServer.Sign]
        var at: Double
        var life: Int
    }

    // MARK: - Heartbeats

    func lookAtHeartbeats(_ replica: Replica) {
        let began = now
        // The clock is set first; another thread may come in between.
        let wait = random.oneIn(10) ? random.seconds(0...0.05) : 0
        let pause = { (then: @escaping () -> Void) in
            if wait > 0 { self.after(wait, in: replica, then) } else { then() }
        }
        look(replica, .heartbeats, pause: pause) { isDone in
            let wait =
                isDone ? max(Schedule.nodePolicy.checkSeconds - (self.now - began), 0.01) : self.random.seconds(0.1...2)
            self.after(wait, in: replica) { self.lookAtHeartbeats(replica) }
        }
    }

    /// `pause` comes between the answer and its being taken in.
    private func look(
        _ replica: Replica, _ link: Replica.Link, pause: @escaping (@escaping () -> Void) -> Void,
        then: @escaping (Bool) -> Void
    ) {
        let number = replica.registry.beginCheck()
        let written = link == .heartbeats ? replica.heardOf : []
        let names = replica.heardOf.union(replica.registry.nodesToWatch)
        if link == .heartbeats { replica.heardOf = [] }
        let sent = replica.monotonic(at: now)
        call(replica, link) {
            let (pulse, signs) = self.server.pulse(of: names, at: self.now)
            return Look(
                time: self.server.time(at: self.now), pulse: pulse, signs: signs, at: self.now,
                life: self.server.life)
        } then: { look in
            guard var look else {
                replica.heardOf.formUnion(written)
                replica.registry.noteCheckMissing()
                replica.knowledge.isCheckMissing = true
                return then(false)
            }
            replica.setClock(look.time, askedAt: sent, at: self.now)
            (look.pulse.written, look.pulse.isObservation) = (written, link == .heartbeats)
            if self.bug == .historyIgnored { look.pulse.history = RedisHistory([:]) }
            let (taken, seconds) = (look, self.monotonic(replica, look.time))
            pause {
                self.take(taken, number, replica, seconds: seconds)
                then(true)
            }
        }
    }

    /// What silence is counted by.
    private func monotonic(_ replica: Replica, _ time: UnixTime) -> Double {
        bug == .wallClockBelieved ? time.seconds : replica.monotonic(at: now)
    }

    /// A heartbeat was just written: it is read by itself.
    func readWritten(_ node: String, _ replica: Replica) {
        replica.heardOf.insert(node)
        guard replica.isListening else { return }
        call(replica, .registry) {
            let withMembers = self.server.members[node] != nil
            var (pulse, signs) = self.server.pulse(of: [node], withMembers: withMembers, at: self.now)
            (pulse.written, pulse.isObservation) = ([node], false)
            return Look(
                time: self.server.time(at: self.now), pulse: pulse, signs: signs, at: self.now,
                life: self.server.life)
        } then: { look in
            // The thread finds out by itself that the connection is lost.
            guard let look else { return }
            let seconds = self.monotonic(replica, look.time)
            replica.registry.hear(look.pulse, at: look.time, seconds: seconds)
            replica.knowledge.hear(look.pulse, at: replica.monotonic(at: self.now))
            self.noteSeen(look, replica)
        }
    }

    private func take(_ look: Look, _ number: Int, _ replica: Replica, seconds: Double) {
        replica.registry.take(look.pulse, of: number, at: look.time, seconds: seconds)
        if look.pulse.isObservation, replica.knowledge.life != look.life {
            replica.knowledge.observe(life: look.life, since: look.at)
        }
        replica.knowledge.take(look.pulse, at: replica.monotonic(at: now))
        noteSeen(look, replica)
    }

    private func noteSeen(_ look: Look, _ replica: Replica) {
        for sign in look.signs {
            replica.knowledge.firstSaw[sign.process] = min(replica.knowledge.firstSaw[sign.process] ?? sign.at, sign.at)
            replica.knowledge.saw[sign.process] = max(replica.knowledge.saw[sign.process] ?? 0, sign.at)
            replica.knowledge.beats[sign.process, default: SignsOfLife()].add(at: sign.at, toldAt: now)
            oracle.everSeen.insert(sign.process)
        }
    }

    // MARK: - The registry

    /// One step of the thread that reads the registry; it plans the next one itself.
    func watchRegistry(_ replica: Replica) {
        if replica.connections[Replica.Link.registry.rawValue] == nil { return connect(replica) }
        if replica.wasFlushed {
            (replica.wasFlushed, replica.reading, replica.needsReading) = (false, nil, true)
            replica.changes = []
            replica.registry.abandonFullScan(.resync)
            replica.knowledge.hasView = false
            coverage.note(.resyncs)
        }
        if replica.changes.contains(where: { $0.at <= now }) { return readChanges(replica) { self.goOn(replica) } }
        if replica.reading != nil { return readPart(replica) }
        if replica.needsReading || now >= replica.nextFullScan { return beginFullScan(replica) }
        guard now >= replica.nextTick else { return goOn(replica) }
        call(replica, .registry) {
            self.server.time(at: self.now)
        } then: { time in
            guard let time else { return self.lose(replica) }
            replica.nextTick = self.now + Self.tickSeconds
            if replica.isListening, !replica.changes.contains(where: { $0.at <= self.now }) {
                replica.registry.noteCurrent(at: time)
            }
            self.goOn(replica)
        }
    }

    private func goOn(_ replica: Replica) {
        let due = [replica.nextFullScan, replica.nextTick] + replica.changes.map(\.at)
        let isBusy = replica.reading != nil || replica.needsReading || replica.wasFlushed
        let soonest = due.min() ?? now
        let at = isBusy ? now + (random.oneIn(4) ? random.seconds(0...2) : 0.01) : max(soonest, now + 1e-4)
        step(replica, at: at)
    }

    private func step(_ replica: Replica, at: Double) {
        replica.nextStep = at
        queue.add(at: at) {
            // A change that was told meanwhile may have called for an earlier one.
            guard replica.nextStep == at else { return }
            replica.nextStep = .infinity
            self.resume(replica) { self.watchRegistry(replica) }
        }
    }

    /// A change of a session is told.
    func hear(of session: Int, _ replica: Replica, at: Double) {
        replica.changes.append((at, session))
        if replica.nextStep < .infinity, replica.nextStep > at { step(replica, at: at) }
    }

    private func connect(_ replica: Replica) {
        let sent = replica.monotonic(at: now)
        call(replica, .registry) {
            self.server.time(at: self.now)
        } then: { time in
            guard let time else { return self.lose(replica) }
            replica.setClock(time, askedAt: sent, at: self.now)
            replica.changes = []
            (replica.isListening, replica.needsReading) = (self.schedule.isTracking, true)
            self.goOn(replica)
        }
    }

    private func lose(_ replica: Replica) {
        replica.connections[Replica.Link.registry.rawValue] = nil
        _ = replica.registry.noteLost()
        replica.knowledge.hasView = false
        (replica.isListening, replica.reading, replica.changes) = (false, nil, [])
        step(replica, at: now + random.seconds(0.1...2))
    }

    private func readChanges(_ replica: Replica, then: @escaping () -> Void) {
        let told = replica.changes.filter { $0.at <= now }.map(\.session)
        replica.changes.removeAll { $0.at <= now }
        read(Set(told).sorted(), replica, from: .change, then: then)
    }

    private func read(
        _ sessions: [Int], _ replica: Replica, from source: Registry.Source, then: @escaping () -> Void
    ) {
        call(replica, .registry) {
            sessions.map { ($0, self.server.record($0, at: self.now)) }
        } then: { records in
            guard let records else { return self.lose(replica) }
            self.take(records, replica, from: source)
            then()
        }
    }

    private func take(
        _ records: [(Int, SimulatedServer.Record?)], _ replica: Replica, from source: Registry.Source
    ) {
        let found = records.map { observed($0.0, $0.1, replica) }
        let time = replica.time(at: now)
        let wasThere = Set(
            found.filter { replica.registry.session($0.id, ref: $0.ref, at: time) != nil }.map(\.ref))
        let hadView = replica.registry.view.asOf != nil
        replica.registry.take(found, &replica.names, from: source, at: time)
        for (session, record) in records {
            guard let record else { continue }
            let before = replica.knowledge.touched[session]
            replica.knowledge.touched[session] = record.touchedAt
            guard hadView, before.map({ $0 < record.writtenAt }) ?? true, source == .change,
                !wasThere.contains(SessionNames.ref(of: session)), replica.isListening, record.owner != nil,
                replica.registry.session(
                    sessionNames.id(of: session), ref: SessionNames.ref(of: session), at: time) != nil
            else { continue }
            note("\(replica.name) is told that process \(record.process) registered session \(session)")
            replica.knowledge.work[record.process, default: SignsOfLife()].add(at: record.writtenAt, toldAt: now)
        }
    }

    private func observed(
        _ session: Int, _ record: SimulatedServer.Record?, _ replica: Replica
    ) -> ObservedSession {
        let (id, ref) = (sessionNames.id(of: session), SessionNames.ref(of: session))
        guard let record else {
            return ObservedSession(id: id, ref: ref, dialect: 0, content: .gone, expiresAt: nil)
        }
        var value = SessionValue()
        let isAdoptable = record.dialect == Schedule.adoptableDialect && bug != .adoptableForgotten
        if let owner = record.owner {
            let boot = owner.boot ?? []
            value.owner = replica.names.owner(node: owner.node.span, boot: boot.span, isAdoptable: isAdoptable)
        }
        (value.createdAt, value.lastSeen) = (record.createdAt, record.lastSeen)
        return ObservedSession(
            id: id, ref: ref, dialect: record.dialect, content: .value(value), expiresAt: record.expiresAt)
    }
}

// MARK: - Readings

extension Simulation {
    private func beginFullScan(_ replica: Replica) {
        replica.registry.beginFullScan(isLive: replica.isListening)
        (replica.reading, replica.needsReading) = ((0, random.int(1...3)), false)
        let every = replica.isListening ? Self.reconcileEverySeconds : Self.scanEverySeconds
        replica.nextFullScan = now + every
        goOn(replica)
    }

    private func readPart(_ replica: Replica) {
        guard let (part, parts) = replica.reading else { return }
        guard part < parts else { return finishFullScan(replica) }
        call(replica, .registry) {
            self.server.sessionNumbers(part: part, of: parts, at: self.now)
                .map { ($0, self.server.record($0, at: self.now)) }.filter { $0.1 != nil }
        } then: { records in
            guard let records else { return self.lose(replica) }
            guard !replica.wasFlushed else { return self.goOn(replica) }
            self.take(records, replica, from: .reading)
            replica.reading = (part + 1, parts)
            self.goOn(replica)
        }
    }

    /// Changes told so far, then the heartbeats, then changes once more.
    private func finishFullScan(_ replica: Replica) {
        catchUp(replica) {
            // Of these a reading meets the keys.
            replica.heardOf.formUnion(self.server.beats.keys)
            self.look(replica, .registry, pause: { self.catchUp(replica, then: $0) }) { isDone in
                guard isDone else { return self.lose(replica) }
                guard !replica.wasFlushed else { return self.goOn(replica) }
                let now = replica.time(at: self.now)
                while !replica.registry.finishFullScan(FullScanTotals(), nodeKeys: 0, at: now) {}
                replica.reading = nil
                replica.knowledge.hasView = true
                self.coverage.note(.fullScans)
                self.goOn(replica)
            }
        }
    }

    private func catchUp(_ replica: Replica, then: @escaping () -> Void) {
        guard replica.changes.contains(where: { $0.at <= now }) else { return then() }
        readChanges(replica, then: then)
    }
}
