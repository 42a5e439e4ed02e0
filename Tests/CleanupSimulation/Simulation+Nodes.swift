import Sessions

// What nodes do: beat, register, close and touch sessions, take them up again, stall, die, begin anew.

extension Simulation {
    func beginNodes() {
        for number in 1...schedule.nodes {
            let style = random.oneIn(2) ? .boots : random.pick(SimulatedProcess.Style.allCases) ?? .boots
            let process = begin(node: "n\(number)", style: style)
            register(process, count: random.int(2...6))
        }
        after(random.seconds(0.5...3)) { self.live() }
    }

    @discardableResult
    func begin(node: String, style: SimulatedProcess.Style) -> SimulatedProcess {
        let number = processes.count
        let hasBoot = style == .boots || style == .member && random.oneIn(2)
        let clockSeconds = random.oneIn(10) ? random.seconds(-12...12) : random.seconds(-1...1)
        let process = SimulatedProcess(
            number: number, node: node, boot: hasBoot ? "b\(number)" : nil,
            registersAs: random.oneIn(12) ? "x-\(node)" : nil, style: style,
            startedAt: SimulatedServer.start + (now + clockSeconds), clockSeconds: clockSeconds)
        processes.append(process)
        note("\(node): process \(number) begins, \(style), registers as \(process.registersAs)")
        // A few write sessions before they beat.
        after(random.oneIn(6) ? random.seconds(0...30) : random.seconds(0...0.5)) { self.keepBeating(process) }
        return process
    }

    func time(of process: SimulatedProcess) -> UnixTime { SimulatedServer.start + (now + process.clockSeconds) }

    // MARK: - Heartbeats

    private func keepBeating(_ process: SimulatedProcess) {
        guard process.isAlive else { return }
        guard process.stalledUntil <= now else {
            queue.add(at: process.stalledUntil + 0.001) { self.keepBeating(process) }
            return
        }
        if process.muteUntil <= now { beat(process) }
        after(Schedule.beatSeconds + random.seconds(-0.2...0.2)) { self.keepBeating(process) }
    }

    func beat(_ process: SimulatedProcess) {
        if now - process.lastBeat > Schedule.beatLifeSeconds, process.lastBeat > 0 {
            note("\(process.node): process \(process.number) beats again after \(Int(now - process.lastBeat)) s")
        }
        for other in processes where other.node == process.node && other !== process {
            other.overwrittenAt = min(other.overwrittenAt, now)
        }
        (process.lastBeat, process.overwrittenAt) = (now, .infinity)
        var beat = SimulatedServer.Beat(
            process: process.number, heartbeat: process.heartbeat(at: time(of: process)), writtenAt: now,
            expiresAt: nil)
        if process.style == .member {
            server.members[process.node] = beat
        } else {
            beat.expiresAt = server.time(at: now) + Schedule.beatLifeSeconds
            server.beats[process.node] = beat
        }
        for replica in replicas where replica.isListening { replica.heardOf.insert(process.node) }
    }

    /// Whether the heartbeat that stands is that very process', and of late: after a failover an older one may stand again,
    /// in the collection for ever.
    func stands(_ process: SimulatedProcess, in server: SimulatedServer) -> Bool {
        guard now < process.stoodUntil else { return false }
        let beat = process.style == .member ? server.members[process.node] : server.ownBeat(of: process.node, at: now)
        guard let beat, beat.process == process.number else { return false }
        return process.style != .member || now - beat.writtenAt < Schedule.beatLifeSeconds
    }

    // MARK: - Sessions

    private func live() {
        after(isCalm ? 8 : random.seconds(1...5)) { self.live() }
        for session in server.expire(at: now) { tell(session) }
        switch random.int(0...(isCalm ? 19 : 31)) {
        case 0...5: if let process = anyActive() { register(process, count: random.int(1...3)) }
        case 6...8: close()
        case 9...11: if let process = anyActive() { touch(process) }
        case 12...13: takeUp()
        case 14...19: break
        case 20...21, 30: stall()
        case 22: mute()
        case 23...24: die()
        case 25...26: restart()
        case 27: drain()
        case 28: deny()
        case 29: registerUnowned()
        default: break
        }
    }

    func anyActive() -> SimulatedProcess? { random.pick(processes.filter { $0.isActive(at: now) }) }

    /// `isNew`: it is made now; else when it was, as the process knows it, or finds it written.
    func write(_ session: Int, _ process: SimulatedProcess, isNew: Bool, dialect: Int = 0, namesOwner: Bool = true) {
        nextWriting += 1
        let time = time(of: process)
        let before = server.sessions[session]
        let made = isNew ? time : process.made[session] ?? before?.createdAt ?? time
        process.made[session] = made
        process.lastWork = now
        server.sessions[session] = SimulatedServer.Record(
            owner: namesOwner ? process.owner : nil, dialect: before?.dialect ?? dialect, process: process.number,
            createdAt: made, lastSeen: time, writing: nextWriting, writtenAt: now,
            expiresAt: server.time(at: now) + 21_600)
        tell(session)
    }

    /// A change reaches each replica that listens when it may.
    func tell(_ session: Int) {
        for replica in replicas where replica.isListening {
            let delay = random.oneIn(12) ? random.seconds(0...3) : 0.004
            hear(of: session, replica, at: max(now + delay, replica.inCutUntil))
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

    /// The record names nobody; lines of the node's log tell each replica who has it.
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

    /// Its owner writes it anew, as at a request for it.
    func touch(_ process: SimulatedProcess) {
        guard let session = random.pick(process.held) else { return }
        write(session, process, isNew: false, namesOwner: server.sessions[session]?.owner != nil)
        coverage.note(.sessionsTouched)
    }

    /// A client comes back with an id that no living process holds, and a node registers it anew.
    private func takeUp() {
        let orphans = server.sessions.keys.sorted().filter { session in
            !processes.contains { $0.isAlive && $0.held.contains(session) }
        }
        if let session = random.pick(orphans) { takeUp(session) }
    }

    func takeUp(_ session: Int) {
        guard let process = anyActive() else { return }
        process.held.append(session)
        // Where a start is all that tells, one that is taken up right after it must be registered as a new one.
        let isTold = process.style != .starts || time(of: process) - process.startedAt > 30
        write(session, process, isNew: !isTold || random.oneIn(2))
        coverage.note(.idsTakenUp)
        note("process \(process.number) takes session \(session) up")
    }

    /// A node says of a session of its own that it does not have it.
    private func deny() {
        guard let process = anyActive(), let session = random.pick(process.held) else { return }
        process.held.removeAll { $0 == session }
        coverage.note(.denials)
        logLine(.refused, session, process)
    }

    private func logLine(_ outcome: LoggedRequest.Outcome, _ session: Int, _ process: SimulatedProcess) {
        let named = NamedSession(id: sessionNames.id(of: session), ref: SessionNames.ref(of: session))
        let request = LoggedRequest(outcome, session: named, node: process.node, time: time(of: process))
        for replica in replicas {
            after(random.seconds(0...2)) {
                self.resume(replica) { _ = replica.registry.judge(request, at: replica.time(at: self.now)) }
            }
        }
    }
}
