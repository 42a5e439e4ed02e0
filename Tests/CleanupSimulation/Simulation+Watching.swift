import Sessions

// What the daemon's watchers do: looks at the heartbeats, full fullScans, changes as they are told.

extension Simulation {
    /// From one sign that changes come in time to the next.
    static let tickSeconds = 8.0
    static let scanEverySeconds = 30.0
    static let reconcileEverySeconds = 150.0
    /// As `WatchContext.staleAfterSeconds` has it.
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

    func lookAtHeartbeats(_ instance: Instance) {
        let began = now
        // The clock is set first; another thread may come in between.
        let wait = random.oneIn(10) ? random.seconds(0...0.05) : 0
        let pause = { (then: @escaping () -> Void) in
            if wait > 0 { self.after(wait, in: instance, then) } else { then() }
        }
        look(instance, .heartbeats, pause: pause) { isDone in
            let wait =
                isDone ? max(Schedule.nodePolicy.checkSeconds - (self.now - began), 0.01) : self.random.seconds(0.1...2)
            self.after(wait, in: instance) { self.lookAtHeartbeats(instance) }
        }
    }

    /// `pause` comes between the answer and its being taken in.
    private func look(
        _ instance: Instance, _ link: Instance.Link, pause: @escaping (@escaping () -> Void) -> Void,
        then: @escaping (Bool) -> Void
    ) {
        let number = instance.registry.beginCheck()
        let written = link == .heartbeats ? instance.heardOf : []
        let names = instance.heardOf.union(instance.registry.nodesToWatch)
        if link == .heartbeats { instance.heardOf = [] }
        let sent = instance.monotonic(at: now)
        call(instance, link) {
            let (pulse, signs) = self.server.pulse(of: names, at: self.now)
            return Look(
                time: self.server.time(at: self.now), pulse: pulse, signs: signs, at: self.now,
                life: self.server.life)
        } then: { look in
            guard var look else {
                instance.heardOf.formUnion(written)
                instance.registry.noteCheckMissing()
                instance.knowledge.isCheckMissing = true
                return then(false)
            }
            instance.setClock(look.time, askedAt: sent, at: self.now)
            (look.pulse.written, look.pulse.isObservation) = (written, link == .heartbeats)
            if self.bug == .historyIgnored { look.pulse.history = RedisHistory([:]) }
            let (taken, seconds) = (look, self.monotonic(instance, look.time))
            pause {
                self.take(taken, number, instance, seconds: seconds)
                then(true)
            }
        }
    }

    /// What silence is counted by.
    private func monotonic(_ instance: Instance, _ time: UnixTime) -> Double {
        bug == .wallClockBelieved ? time.seconds : instance.monotonic(at: now)
    }

    /// A heartbeat was just written: it is read by itself.
    func readWritten(_ node: String, _ instance: Instance) {
        instance.heardOf.insert(node)
        guard instance.isListening else { return }
        call(instance, .registry) {
            let withMembers = self.server.members[node] != nil
            var (pulse, signs) = self.server.pulse(of: [node], withMembers: withMembers, at: self.now)
            (pulse.written, pulse.isObservation) = ([node], false)
            return Look(
                time: self.server.time(at: self.now), pulse: pulse, signs: signs, at: self.now,
                life: self.server.life)
        } then: { look in
            // The thread finds out by itself that the connection is lost.
            guard let look else { return }
            let seconds = self.monotonic(instance, look.time)
            instance.registry.hear(look.pulse, at: look.time, seconds: seconds)
            instance.knowledge.hear(look.pulse, at: instance.monotonic(at: self.now))
            self.noteSeen(look, instance)
        }
    }

    private func take(_ look: Look, _ number: Int, _ instance: Instance, seconds: Double) {
        instance.registry.take(look.pulse, of: number, at: look.time, seconds: seconds)
        if look.pulse.isObservation, instance.knowledge.life != look.life {
            instance.knowledge.observe(life: look.life, since: look.at)
        }
        instance.knowledge.take(look.pulse, at: instance.monotonic(at: now))
        noteSeen(look, instance)
    }

    private func noteSeen(_ look: Look, _ instance: Instance) {
        for sign in look.signs {
            instance.knowledge.firstSaw[sign.process] = min(
                instance.knowledge.firstSaw[sign.process] ?? sign.at, sign.at)
            instance.knowledge.saw[sign.process] = max(instance.knowledge.saw[sign.process] ?? 0, sign.at)
            instance.knowledge.beats[sign.process, default: SignsOfLife()].add(at: sign.at, toldAt: now)
            oracle.everSeen.insert(sign.process)
        }
    }

    // MARK: - The registry

    /// One step of the thread that reads the registry; it plans the next one itself.
    func watchRegistry(_ instance: Instance) {
        if instance.connections[Instance.Link.registry.rawValue] == nil { return connect(instance) }
        if instance.wasFlushed {
            (instance.wasFlushed, instance.reading, instance.needsReading) = (false, nil, true)
            instance.changes = []
            instance.registry.abandonFullScan(.resync)
            instance.knowledge.hasView = false
            coverage.note(.resyncs)
        }
        if instance.changes.contains(where: { $0.at <= now }) { return readChanges(instance) { self.goOn(instance) } }
        if instance.reading != nil { return readPart(instance) }
        if instance.needsReading || now >= instance.nextFullScan { return beginFullScan(instance) }
        guard now >= instance.nextTick else { return goOn(instance) }
        call(instance, .registry) {
            self.server.time(at: self.now)
        } then: { time in
            guard let time else { return self.lose(instance) }
            instance.nextTick = self.now + Self.tickSeconds
            if instance.isListening, !instance.changes.contains(where: { $0.at <= self.now }) {
                instance.registry.noteCurrent(at: time)
            }
            self.goOn(instance)
        }
    }

    private func goOn(_ instance: Instance) {
        let due = [instance.nextFullScan, instance.nextTick] + instance.changes.map(\.at)
        let isBusy = instance.reading != nil || instance.needsReading || instance.wasFlushed
        let soonest = due.min() ?? now
        let at = isBusy ? now + (random.oneIn(4) ? random.seconds(0...2) : 0.01) : max(soonest, now + 1e-4)
        step(instance, at: at)
    }

    private func step(_ instance: Instance, at: Double) {
        instance.nextStep = at
        queue.add(at: at) {
            // A change that was told meanwhile may have called for an earlier one.
            guard instance.nextStep == at else { return }
            instance.nextStep = .infinity
            self.resume(instance) { self.watchRegistry(instance) }
        }
    }

    /// A change of a session is told.
    func hear(of session: Int, _ instance: Instance, at: Double) {
        instance.changes.append((at, session))
        if instance.nextStep < .infinity, instance.nextStep > at { step(instance, at: at) }
    }

    private func connect(_ instance: Instance) {
        let sent = instance.monotonic(at: now)
        call(instance, .registry) {
            self.server.time(at: self.now)
        } then: { time in
            guard let time else { return self.lose(instance) }
            instance.setClock(time, askedAt: sent, at: self.now)
            instance.changes = []
            (instance.isListening, instance.needsReading) = (self.schedule.isTracking, true)
            self.goOn(instance)
        }
    }

    private func lose(_ instance: Instance) {
        instance.connections[Instance.Link.registry.rawValue] = nil
        _ = instance.registry.noteLost()
        instance.knowledge.hasView = false
        (instance.isListening, instance.reading, instance.changes) = (false, nil, [])
        step(instance, at: now + random.seconds(0.1...2))
    }

    private func readChanges(_ instance: Instance, then: @escaping () -> Void) {
        let told = instance.changes.filter { $0.at <= now }.map(\.session)
        instance.changes.removeAll { $0.at <= now }
        read(Set(told).sorted(), instance, from: .change, then: then)
    }

    private func read(
        _ sessions: [Int], _ instance: Instance, from source: Registry.Source, then: @escaping () -> Void
    ) {
        call(instance, .registry) {
            sessions.map { ($0, self.server.record($0, at: self.now)) }
        } then: { records in
            guard let records else { return self.lose(instance) }
            self.take(records, instance, from: source)
            then()
        }
    }

    private func take(
        _ records: [(Int, SimulatedServer.Record?)], _ instance: Instance, from source: Registry.Source
    ) {
        let found = records.map { observed($0.0, $0.1, instance) }
        let time = instance.time(at: now)
        let wasThere = Set(
            found.filter { instance.registry.session($0.id, ref: $0.ref, at: time) != nil }.map(\.ref))
        let hadView = instance.registry.view.asOf != nil
        instance.registry.take(found, &instance.names, from: source, at: time)
        for (session, record) in records {
            guard let record else { continue }
            let before = instance.knowledge.touched[session]
            instance.knowledge.touched[session] = record.touchedAt
            guard hadView, before.map({ $0 < record.writtenAt }) ?? true, source == .change,
                !wasThere.contains(SessionNames.ref(of: session)), instance.isListening, record.owner != nil,
                instance.registry.session(
                    sessionNames.id(of: session), ref: SessionNames.ref(of: session), at: time) != nil
            else { continue }
            note("\(instance.name) is told that process \(record.process) registered session \(session)")
            instance.knowledge.work[record.process, default: SignsOfLife()].add(at: record.writtenAt, toldAt: now)
        }
    }

    private func observed(
        _ session: Int, _ record: SimulatedServer.Record?, _ instance: Instance
    ) -> ObservedSession {
        let (id, ref) = (sessionNames.id(of: session), SessionNames.ref(of: session))
        guard let record else {
            return ObservedSession(id: id, ref: ref, dialect: 0, content: .gone, expiresAt: nil)
        }
        var value = SessionValue()
        let isAdoptable = record.dialect == Schedule.adoptableDialect && bug != .adoptableForgotten
        if let owner = record.owner {
            let boot = owner.boot ?? []
            value.owner = instance.names.owner(node: owner.node.span, boot: boot.span, isAdoptable: isAdoptable)
        }
        (value.createdAt, value.lastSeen) = (record.createdAt, record.lastSeen)
        return ObservedSession(
            id: id, ref: ref, dialect: record.dialect, content: .value(value), expiresAt: record.expiresAt)
    }
}

// MARK: - Readings

extension Simulation {
    private func beginFullScan(_ instance: Instance) {
        instance.registry.beginFullScan(isLive: instance.isListening)
        (instance.reading, instance.needsReading) = ((0, random.int(1...3)), false)
        let every = instance.isListening ? Self.reconcileEverySeconds : Self.scanEverySeconds
        instance.nextFullScan = now + every
        goOn(instance)
    }

    private func readPart(_ instance: Instance) {
        guard let (part, parts) = instance.reading else { return }
        guard part < parts else { return finishFullScan(instance) }
        call(instance, .registry) {
            self.server.sessionNumbers(part: part, of: parts, at: self.now)
                .map { ($0, self.server.record($0, at: self.now)) }.filter { $0.1 != nil }
        } then: { records in
            guard let records else { return self.lose(instance) }
            guard !instance.wasFlushed else { return self.goOn(instance) }
            self.take(records, instance, from: .reading)
            instance.reading = (part + 1, parts)
            self.goOn(instance)
        }
    }

    /// Changes told so far, then the heartbeats, then changes once more.
    private func finishFullScan(_ instance: Instance) {
        catchUp(instance) {
            // Of these a reading meets the keys.
            instance.heardOf.formUnion(self.server.beats.keys)
            self.look(instance, .registry, pause: { self.catchUp(instance, then: $0) }) { isDone in
                guard isDone else { return self.lose(instance) }
                guard !instance.wasFlushed else { return self.goOn(instance) }
                let now = instance.time(at: self.now)
                while !instance.registry.finishFullScan(FullScanTotals(), nodeKeys: 0, at: now) {}
                instance.reading = nil
                instance.knowledge.hasView = true
                self.coverage.note(.fullScans)
                self.goOn(instance)
            }
        }
    }

    private func catchUp(_ instance: Instance, then: @escaping () -> Void) {
        guard instance.changes.contains(where: { $0.at <= now }) else { return then() }
        readChanges(instance, then: then)
    }
}
