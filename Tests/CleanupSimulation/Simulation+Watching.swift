import Sessions

// The work of the daemon's watchers: checks of the heartbeats, full scans, and changes as they are reported.

extension Simulation {
    /// The time from one sign that changes arrive in time to the next.
    static let tickSeconds = 8.0
    static let scanEverySeconds = 30.0
    static let periodicScanSeconds = 150.0
    /// The same as `WatchContext.staleAfterSeconds`.
    static let staleAfterSeconds = 90.0

    /// The answer to a check: Redis' time, the heartbeats, and in truth when it was and whose they are.
    private struct CheckAnswer {
        var time: UnixTime
        var check: HeartbeatCheck
        var shown: [SimulatedServer.ShownLife]
        var at: Double
        var life: Int
    }

    // MARK: - Heartbeats

    func checkHeartbeats(_ instance: Instance) {
        let began = now
        // The clock is set first; another thread may run in between.
        let wait = random.oneIn(10) ? random.seconds(0...0.05) : 0
        let pause = { (then: @escaping () -> Void) in
            if wait > 0 { self.after(wait, in: instance, then) } else { then() }
        }
        check(instance, .heartbeats, pause: pause) { isDone in
            let wait =
                isDone ? max(Schedule.nodePolicy.checkSeconds - (self.now - began), 0.01) : self.random.seconds(0.1...2)
            self.after(wait, in: instance) { self.checkHeartbeats(instance) }
        }
    }

    /// Checks the heartbeats. `pause` comes between the answer and its use.
    private func check(
        _ instance: Instance, _ link: Instance.Link, pause: @escaping (@escaping () -> Void) -> Void,
        then: @escaping (Bool) -> Void
    ) {
        let number = instance.registry.beginCheck()
        let written = link == .heartbeats ? instance.heardOf : []
        let names = instance.heardOf.union(instance.registry.nodesToWatch)
        if link == .heartbeats { instance.heardOf = [] }
        let sent = instance.monotonic(at: now)
        call(instance, link) {
            let (check, shown) = self.server.check(of: names, at: self.now)
            return CheckAnswer(
                time: self.server.time(at: self.now), check: check, shown: shown, at: self.now,
                life: self.server.life)
        } then: { answer in
            guard var answer else {
                instance.heardOf.formUnion(written)
                instance.registry.noteCheckMissing()
                instance.knowledge.isCheckMissing = true
                return then(false)
            }
            instance.setClock(answer.time, askedAt: sent, at: self.now)
            (answer.check.written, answer.check.isObservation) = (written, link == .heartbeats)
            if self.bug == .historyIgnored { answer.check.history = RedisHistory([:]) }
            let (taken, seconds) = (answer, self.monotonic(instance, answer.time))
            pause {
                self.take(taken, number, instance, seconds: seconds)
                then(true)
            }
        }
    }

    /// Returns the time by which silence is counted.
    private func monotonic(_ instance: Instance, _ time: UnixTime) -> Double {
        bug == .wallClockBelieved ? time.seconds : instance.monotonic(at: now)
    }

    /// Reads one heartbeat because it was just written.
    func readWritten(_ node: String, _ instance: Instance) {
        instance.heardOf.insert(node)
        guard instance.isListening else { return }
        call(instance, .registry) {
            let withMembers = self.server.members[node] != nil
            var (check, shown) = self.server.check(of: [node], withMembers: withMembers, at: self.now)
            (check.written, check.isObservation) = ([node], false)
            return CheckAnswer(
                time: self.server.time(at: self.now), check: check, shown: shown, at: self.now,
                life: self.server.life)
        } then: { answer in
            // The thread notices a lost connection by itself.
            guard let answer else { return }
            let seconds = self.monotonic(instance, answer.time)
            instance.registry.hear(answer.check, at: answer.time, seconds: seconds)
            instance.knowledge.hear(answer.check, at: instance.monotonic(at: self.now))
            self.noteSeen(answer, instance)
        }
    }

    private func take(_ answer: CheckAnswer, _ number: Int, _ instance: Instance, seconds: Double) {
        instance.registry.take(answer.check, of: number, at: answer.time, seconds: seconds)
        if answer.check.isObservation, instance.knowledge.life != answer.life {
            instance.knowledge.observe(life: answer.life, since: answer.at)
        }
        instance.knowledge.take(answer.check, at: answer.time, monotonic: instance.monotonic(at: now))
        noteSeen(answer, instance)
    }

    private func noteSeen(_ answer: CheckAnswer, _ instance: Instance) {
        for one in answer.shown {
            instance.knowledge.firstSaw[one.process] = min(
                instance.knowledge.firstSaw[one.process] ?? one.at, one.at)
            instance.knowledge.saw[one.process] = max(instance.knowledge.saw[one.process] ?? 0, one.at)
            instance.knowledge.heartbeats[one.process, default: LifeRecord()].add(at: one.at, toldAt: now)
            oracle.everSeen.insert(one.process)
        }
    }

    // MARK: - The registry

    /// Performs one step of the thread that reads the registry, which plans its next step itself.
    func watchRegistry(_ instance: Instance) {
        if instance.connections[Instance.Link.registry.rawValue] == nil { return connect(instance) }
        if instance.wasFlushed {
            (instance.wasFlushed, instance.fullScan, instance.needsFullScan) = (false, nil, true)
            instance.changes = []
            instance.registry.abandonFullScan(.resync)
            instance.knowledge.hasView = false
            coverage.note(.resyncs)
        }
        if instance.changes.contains(where: { $0.at <= now }) { return readChanges(instance) { self.goOn(instance) } }
        if instance.fullScan != nil { return readPart(instance) }
        if instance.needsFullScan || now >= instance.nextFullScan { return beginFullScan(instance) }
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
        let isBusy = instance.fullScan != nil || instance.needsFullScan || instance.wasFlushed
        let soonest = due.min() ?? now
        let at = isBusy ? now + (random.oneIn(4) ? random.seconds(0...2) : 0.01) : max(soonest, now + 1e-4)
        step(instance, at: at)
    }

    private func step(_ instance: Instance, at: Double) {
        instance.nextStep = at
        queue.add(at: at) {
            // A change that was reported in between may have asked for an earlier step.
            guard instance.nextStep == at else { return }
            instance.nextStep = .infinity
            self.resume(instance) { self.watchRegistry(instance) }
        }
    }

    /// Reports a change of a session.
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
            (instance.isListening, instance.needsFullScan) = (self.schedule.isTracking, true)
            self.goOn(instance)
        }
    }

    private func lose(_ instance: Instance) {
        instance.connections[Instance.Link.registry.rawValue] = nil
        _ = instance.registry.noteLost()
        instance.knowledge.hasView = false
        (instance.isListening, instance.fullScan, instance.changes) = (false, nil, [])
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
            instance.knowledge.work[record.process, default: LifeRecord()].add(at: record.writtenAt, toldAt: now)
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

// MARK: - Full scans

extension Simulation {
    private func beginFullScan(_ instance: Instance) {
        instance.registry.beginFullScan(isLive: instance.isListening)
        (instance.fullScan, instance.needsFullScan) = ((0, random.int(1...3)), false)
        let every = instance.isListening ? Self.periodicScanSeconds : Self.scanEverySeconds
        instance.nextFullScan = now + every
        goOn(instance)
    }

    private func readPart(_ instance: Instance) {
        guard let (part, parts) = instance.fullScan else { return }
        guard part < parts else { return finishFullScan(instance) }
        call(instance, .registry) {
            self.server.sessionNumbers(part: part, of: parts, at: self.now)
                .map { ($0, self.server.record($0, at: self.now)) }.filter { $0.1 != nil }
        } then: { records in
            guard let records else { return self.lose(instance) }
            guard !instance.wasFlushed else { return self.goOn(instance) }
            self.take(records, instance, from: .fullScan)
            instance.fullScan = (part + 1, parts)
            self.goOn(instance)
        }
    }

    /// Reads the changes reported so far, then the heartbeats, then changes once more.
    private func finishFullScan(_ instance: Instance) {
        catchUp(instance) {
            // A full scan meets the keys of these nodes.
            instance.heardOf.formUnion(self.server.heartbeats.keys)
            self.check(instance, .registry, pause: { self.catchUp(instance, then: $0) }) { isDone in
                guard isDone else { return self.lose(instance) }
                guard !instance.wasFlushed else { return self.goOn(instance) }
                let now = instance.time(at: self.now)
                while !instance.registry.finishFullScan(FullScanTotals(), nodeKeys: 0, at: now) {}
                instance.fullScan = nil
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
