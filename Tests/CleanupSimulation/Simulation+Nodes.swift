import Sessions

// The work of nodes: they write heartbeats, register, close and touch sessions, take them over, stall, die, and
// restart.

extension Simulation {
    func beginNodes() {
        for number in 1...schedule.nodes {
            let style = random.oneIn(2) ? .boots : random.pick(SimulatedProcess.Style.allCases) ?? .boots
            let process = begin(node: "n\(number)", style: style)
            register(process, count: random.int(2...6))
        }
        strandBeforeInstallation()
        after(random.seconds(0.5...3)) { self.live() }
    }

    /// Adds processes that died before any of our instances existed, with the sessions that they left.
    private func strandBeforeInstallation() {
        guard random.oneIn(3) else { return }
        let node = random.oneIn(2) ? "n1" : "old"
        let process = SimulatedProcess(
            number: processes.count, node: node, boot: SimulatedBoot(number: processes.count, node: node, &random),
            style: .boots,
            habit: .init(), startedAt: SimulatedServer.start - 90_000, clockSeconds: 0)
        processes.append(process)
        for _ in 0..<random.int(1...3) {
            nextSession += 1
            write(nextSession, process, isNew: true)
        }
        process.isAlive = false
        coverage.note(.strandedBefore)
    }

    /// Begins a process. In a calm schedule it has the usual settings of real nodes.
    @discardableResult
    func begin(
        node: String, style: SimulatedProcess.Style, isCommon: Bool = false, follows: SimulatedProcess? = nil
    ) -> SimulatedProcess {
        let number = processes.count
        let hasBoot = style == .boots || style == .member && random.oneIn(2)
        let process = SimulatedProcess(
            number: number, node: node, boot: hasBoot ? SimulatedBoot(number: number, node: node, &random) : nil,
            registersAs: isCommon ? nil : otherName(than: node), style: style,
            habit: follows.map(\.habit) ?? (isCommon ? .init() : habit(style)),
            startedAt: startedAt(isCommon ? 0 : clockSeconds()),
            clockSeconds: isCommon ? 0 : clockSeconds())
        processes.append(process)
        note("\(node): process \(number) begins, \(style), registers as \(process.registersAs)")
        process.follows = follows?.number
        // A few processes write sessions before their first heartbeat.
        after(random.oneIn(6) ? random.seconds(0...30) : random.seconds(0...0.5)) {
            self.keepSendingHeartbeats(process)
        }
        return process
    }

    /// Returns a name under which a process registers sessions by mistake: nobody's, or another node's.
    private func otherName(than node: String) -> String? {
        guard random.oneIn(12) else { return nil }
        return random.oneIn(2) ? "x-\(node)" : processes.last { $0.node != node }?.node
    }

    private func habit(_ style: SimulatedProcess.Style) -> SimulatedProcess.Habit {
        var habit = SimulatedProcess.Habit()
        habit.heartbeatSeconds = random.oneIn(3) ? random.seconds(1...20) : 5
        habit.keepsDeadlines = random.oneIn(3)
        // Its heartbeats are rarer than the grace, so its sessions must not show that it is alive.
        if style == .boots, random.oneIn(10) {
            (habit.heartbeatSeconds, habit.isIdle) = (random.seconds(70...140), true)
        }
        // Only the timestamp of a member of a collection shows that it was written.
        if style != .marker, random.oneIn(4) {
            habit.stamp = style == .member ? .wholeMinutes : random.pick(SimulatedProcess.Stamp.allCases) ?? .exact
        }
        habit.isForeign = style == .boots && random.oneIn(10)
        return habit
    }

    /// Returns the error of a process's clock. Most clocks are right, some are off by seconds, and some write local
    /// time as UTC.
    private func clockSeconds() -> Double {
        if random.oneIn(10) { return random.seconds(-12...12) }
        return random.oneIn(12) ? (random.oneIn(2) ? -7_200 : 3_600) : random.seconds(-1...1)
    }

    private func startedAt(_ clockSeconds: Double) -> UnixTime { SimulatedServer.start + (now + clockSeconds) }

    func time(of process: SimulatedProcess) -> UnixTime { SimulatedServer.start + (now + process.clockSeconds) }

    // MARK: - Heartbeats

    func keepSendingHeartbeats(_ process: SimulatedProcess) {
        guard process.isAlive else { return }
        guard process.stalledUntil <= now else {
            queue.add(at: process.stalledUntil + 0.001) { self.keepSendingHeartbeats(process) }
            return
        }
        let isLed = process.follows.map { processes[$0].isActive(at: now) } ?? false
        if process.muteUntil <= now, !isLed { sendHeartbeat(process) }
        for follower in processes where follower.follows == process.number {
            after(random.seconds(0.06...0.15)) {
                if follower.isActive(at: self.now), follower.muteUntil <= self.now { self.sendHeartbeat(follower) }
            }
        }
        after(process.heartbeatSeconds + random.seconds(-0.2...0.2)) { self.keepSendingHeartbeats(process) }
    }

    func sendHeartbeat(_ process: SimulatedProcess) {
        if now - process.lastHeartbeatAt > 2 * process.cadenceSeconds { process.returnedAt = now }
        if now - process.lastHeartbeatAt > process.heartbeatTTLSeconds, process.lastHeartbeatAt > 0 {
            note(
                "\(process.node): process \(process.number) has heartbeats again after \(Int(now - process.lastHeartbeatAt)) s"
            )
        }
        guard !process.isForeign else { return sendHeartbeatElsewhere(process) }
        for other in processes where other.node == process.node && other !== process {
            other.overwrittenAt = min(other.overwrittenAt, now)
        }
        (process.lastHeartbeatAt, process.overwrittenAt) = (now, .infinity)
        if keepAlive(process) { return tellHeartbeat(process) }
        var stored = SimulatedServer.StoredHeartbeat(
            process: process.number, heartbeat: process.heartbeat(at: time(of: process)), writtenAt: now,
            changedAt: now, expiresAt: nil)
        if process.style == .member {
            if let old = server.members[process.node], old.heartbeat == stored.heartbeat {
                stored.changedAt = old.changedAt
            }
            server.members[process.node] = stored
        } else {
            stored.expiresAt = server.time(at: now) + process.heartbeatTTLSeconds
            server.heartbeats[process.node] = stored
        }
        tellHeartbeat(process)
    }

    /// Renews the TTL with EXPIRE alone, as long as the heartbeat exists.
    private func keepAlive(_ process: SimulatedProcess) -> Bool {
        guard process.stamp == .keptAlive, var stored = server.ownHeartbeat(of: process.node, at: now),
            stored.process == process.number
        else { return false }
        (stored.expiresAt, stored.writtenAt) = (server.time(at: now) + process.heartbeatTTLSeconds, now)
        server.heartbeats[process.node] = stored
        return true
    }

    /// Writes a heartbeat under a key that none of our instances watches. An instance with another configuration sees
    /// it there.
    private func sendHeartbeatElsewhere(_ process: SimulatedProcess) {
        process.lastHeartbeatAt = now
        coverage.note(.foreignHeartbeats)
        let owner = SessionOwner(node: process.registersAs, boot: process.boot.map { Boot($0.inRecords) })
        var known = KnownOwner(owner)
        (known.dialects, known.lastHeartbeatAt) = ([0], server.time(at: now))
        let fingerprint = bug == .fingerprintIgnored ? Schedule.fingerprint : Schedule.foreignFingerprint
        server.known[fingerprint, default: [:]][owner] = known
    }

    /// Tells the listening instances of a heartbeat. As a rule they read it at once.
    private func tellHeartbeat(_ process: SimulatedProcess) {
        for instance in instances where instance.isListening {
            let delay = random.oneIn(12) ? random.seconds(0...3) : 0.004
            queue.add(at: max(now + delay, instance.inCutUntil)) {
                self.resume(instance) { self.readWritten(process.node, instance) }
            }
        }
    }

    /// Returns whether the stored heartbeat is from that very process, and recent. After a failover an older one may be
    /// there again, in the collection for ever.
    func stands(_ process: SimulatedProcess, in server: SimulatedServer) -> Bool {
        guard now < process.stoodUntil else { return false }
        let stored =
            process.style == .member ? server.members[process.node] : server.ownHeartbeat(of: process.node, at: now)
        guard let stored, stored.process == process.number else { return false }
        return process.style != .member || now - stored.writtenAt < process.heartbeatTTLSeconds
    }

    // MARK: - Sessions

    private func live() {
        after(isCalm ? 8 : random.seconds(1...5)) { self.live() }
        for session in server.expire(at: now) { tell(session) }
        switch random.int(0...(isCalm ? 19 : 36)) {
        case 0...5: if let process = anyActive() { register(process, count: random.int(1...3)) }
        case 6...8: close()
        case 9...11: if let process = anyActive() { touch(process) }
        case 12...13: takeOver()
        case 14...17: break
        case 18: if let process = anyActive() { renew(process) }
        case 19, 32: serve()
        case 20...21, 30: stall()
        case 22: mute()
        case 23...24: die()
        case 25...26: restart()
        case 27: drain()
        case 28: deny()
        case 29: registerUnowned()
        case 31: share()
        case 33...34: renewElsewhere()
        default: break
        }
    }

    func anyActive() -> SimulatedProcess? { random.pick(processes.filter { $0.isActive(at: now) && !$0.isIdle }) }

    /// Writes a session's record. `isNew` says that it is created now. Otherwise it keeps its creation time, as the
    /// process knows it or finds it written.
    func write(_ session: Int, _ process: SimulatedProcess, isNew: Bool, dialect: Int = 0, namesOwner: Bool = true) {
        nextWriting += 1
        let time = time(of: process)
        let before = server.sessions[session]
        let made = isNew ? time : process.made[session] ?? before?.createdAt ?? time
        process.made[session] = made
        process.lastWork = now
        server.sessions[session] = SimulatedServer.Record(
            owner: namesOwner ? process.owner : nil, dialect: before?.dialect ?? dialect, process: process.number,
            createdAt: made, lastSeen: time, writing: nextWriting, writtenAt: now, touchedAt: now,
            expiresAt: process.keepsDeadlines ? before?.expiresAt ?? fullLife : fullLife)
        tell(session)
    }

    /// The time at which a session expires that is written or renewed now.
    private var fullLife: UnixTime { server.time(at: now) + 21_600 }

    /// Tells each listening instance of a change, with some delay.
    func tell(_ session: Int) {
        for instance in instances where instance.isListening {
            let delay = random.oneIn(12) ? random.seconds(0...3) : 0.004
            hear(of: session, instance, at: max(now + delay, instance.inCutUntil))
        }
    }

    func register(_ process: SimulatedProcess, count: Int) {
        for _ in 0..<count {
            nextSession += 1
            process.held.append(nextSession)
            write(nextSession, process, isNew: true, dialect: random.oneIn(10) ? Schedule.adoptableDialect : 0)
            coverage.note(.sessionsRegistered)
        }
    }

    /// Registers a session whose record names no owner. Lines of the node's log show each instance who has it.
    private func registerUnowned() {
        guard let process = anyActive() else { return }
        nextSession += 1
        process.held.append(nextSession)
        write(nextSession, process, isNew: true, namesOwner: false)
        coverage.note(.learntOwners)
        logLine(.created, nextSession, process)
    }

    private func close() {
        guard let process = anyActive(), let session = random.pick(process.held) else { return }
        process.held.removeAll { $0 == session }
        guard server.sessions[session]?.process == process.number else { return }
        server.sessions[session] = nil
        tell(session)
        coverage.note(.sessionsClosed)
    }

    /// The owner writes the session again, as for a request.
    func touch(_ process: SimulatedProcess) {
        guard let session = random.pick(process.held) else { return }
        write(session, process, isNew: false, namesOwner: server.sessions[session]?.owner != nil)
        coverage.note(.sessionsTouched)
    }

    /// The owner gives the session a new TTL, and writes nothing.
    private func renew(_ process: SimulatedProcess) {
        if let session = random.pick(process.held) { renew(session) }
    }

    /// A node that was asked by mistake renews a session, which may be anybody's.
    private func renewElsewhere() {
        if let session = random.pick(server.sessions.keys.sorted()) { renew(session) }
    }

    func renew(_ session: Int) {
        guard var record = server.sessions[session] else { return }
        (record.expiresAt, record.touchedAt) = (fullLife, now)
        server.sessions[session] = record
        coverage.note(.renewals)
        note("session \(session) is renewed")
        tell(session)
    }

    /// A log line shows that the owner served the session.
    private func serve() {
        guard let process = anyActive(), let session = random.pick(process.held) else { return }
        coverage.note(.served)
        logLine(.served, session, process)
    }

    /// A client returns with an id that no living process holds, and a node registers it again.
    private func takeOver() {
        let orphans = server.sessions.keys.sorted().filter { session in
            !processes.contains { $0.isAlive && $0.held.contains(session) }
        }
        if let session = random.pick(orphans) { takeOver(session) }
    }

    func takeOver(_ session: Int) {
        guard let process = anyActive() else { return }
        process.held.append(session)
        // If only a start time tells processes apart, a session that is taken over right after it must be registered as
        // new.
        let isTold = process.style != .starts || time(of: process) - process.startedAt > 30
        write(session, process, isNew: !isTold || random.oneIn(2))
        coverage.note(.idsTakenOver)
        note("process \(process.number) takes over session \(session)")
    }

    /// A node denies one of its own sessions.
    private func deny() {
        guard let process = anyActive(), let session = random.pick(process.held) else { return }
        process.held.removeAll { $0 == session }
        coverage.note(.denials)
        logLine(.refused, session, process)
    }

    func logLine(_ outcome: LoggedRequest.Outcome, _ session: Int, _ process: SimulatedProcess) {
        let named = NamedSession(id: sessionNames.id(of: session), ref: SessionNames.ref(of: session))
        let request = LoggedRequest(outcome, session: named, node: process.node, time: time(of: process))
        let at = now
        for instance in instances {
            after(random.seconds(0...2)) {
                self.resume(instance) {
                    let time = instance.time(at: self.now)
                    // Only its record tells which of a node's processes has it.
                    let known = instance.registry.session(named.id, ref: named.ref, at: time)
                    let isItsOwn = known?.node == process.registersAs && known?.boot == process.boot?.inRecords
                    _ = instance.registry.judge(request, at: time)
                    _ = instance.registry.settlePending(at: time)
                    // A clock that is behind dates it long ago.
                    let isTimely = abs(process.clockSeconds) <= 1 && self.oracle.clockJumps.isEmpty
                    guard outcome == .served, isItsOwn, process.node == process.registersAs, isTimely,
                        instance.knowledge.hasView
                    else { return }
                    self.note(
                        "\(instance.name) is told that process \(process.number) served session \(session) at \(at)")
                    instance.knowledge.work[process.number, default: LifeRecord()].add(at: at, toldAt: self.now)
                }
            }
        }
    }
}
