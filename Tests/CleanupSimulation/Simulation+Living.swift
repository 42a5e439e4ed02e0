import Sessions

// What nodes, people and Redis do, second by second.

extension Simulation {
    /// One second of the world.
    mutating func live() {
        if Int(now) % 4 == 0 {
            snapshots.append((now, server))
            if snapshots.count > 4 { snapshots.removeFirst() }
        }
        for index in processes.indices { beat(index) }
        switch random.int(0...59) {
        case 0...5: if let index = anyAlive() { register(index, count: random.int(1...3)) }
        case 6...8: close()
        case 9...11: takeUp()
        case 12: die()
        case 13: restart()
        case 14: stall()
        case 15 where random.oneIn(3): misfortune()
        case 16...18: touch()
        default: break
        }
    }

    private mutating func anyAlive() -> Int? {
        // One that stalls does nothing at all.
        let alive = processes.indices.filter { processes[$0].isAlive && processes[$0].stalledUntil <= now }
        return alive.isEmpty ? nil : alive[random.int(0...alive.count - 1)]
    }

    mutating func beat(_ index: Int) {
        let process = processes[index]
        guard process.isAlive, now >= process.stalledUntil, now >= process.nextBeat else { return }
        processes[index].nextBeat = now + 5
        // Back for one beat, and silent again: it must not count as gone all the while.
        if process.stalledUntil > 0 {
            processes[index].stalledUntil = random.oneIn(2) ? now + random.seconds(30...Self.graceSeconds * 1.5) : 0
        }
        let seenAt = server.time(at: now)
        if process.isCollected {
            server.collection[process.node] = seenAt
        } else {
            server.beats[process.node] = .init(boot: process.boot, seenAt: seenAt, endsAt: now + Self.deadAfterSeconds)
        }
    }

    private mutating func write(_ session: Int, _ process: Process) {
        nextWriting += 1
        server.sessions[session] = .init(
            node: process.node, boot: process.boot, createdAt: server.time(at: now), writing: nextWriting)
        tell(session)
    }

    /// A change reaches each replica when it may.
    func delay(_ random: inout Random) -> Double { random.oneIn(10) ? random.seconds(0...2) : 0.005 }

    private mutating func tell(_ session: Int) {
        for index in replicas.indices {
            let due = now + delay(&random)
            replicas[index].changes.append((due, session))
        }
    }

    mutating func register(_ index: Int, count: Int) {
        for _ in 0..<count {
            nextSession += 1
            processes[index].held.insert(nextSession)
            write(nextSession, processes[index])
        }
    }

    private mutating func close() {
        guard let index = anyAlive(), let session = processes[index].held.min() else { return }
        processes[index].held.remove(session)
        server.sessions[session] = nil
        tell(session)
    }

    /// The node's first request for it after a while.
    private mutating func touch() {
        guard let index = anyAlive(), let session = processes[index].held.max() else { return }
        write(session, processes[index])
    }

    /// A session that its owner left is taken up by a living process.
    private mutating func takeUp() {
        let orphans = server.sessions.filter { session, record in
            !processes.contains { $0.isAlive && $0.node == record.node && $0.boot == record.boot }
                && !processes.contains { $0.held.contains(session) }
        }
        if let session = orphans.keys.min() { takeUp(session) }
    }

    mutating func takeUp(_ session: Int) {
        guard let index = anyAlive() else { return }
        processes[index].held.insert(session)
        write(session, processes[index])
        coverage.note("ids taken up again")
    }

    private mutating func die() {
        guard processes.count(where: \.isAlive) > 2, let index = anyAlive() else { return }
        processes[index].isAlive = false
        processes[index].held = []
        coverage.note("deaths")
    }

    private mutating func restart() {
        let index = random.int(0...processes.count - 1)
        processes[index].boot = "b\(nextWriting)-\(index)"
        processes[index].isAlive = true
        processes[index].held = []
        processes[index].stalledUntil = 0
        processes[index].nextBeat = now + (random.oneIn(3) ? random.seconds(0...60) : 0)
        nextWriting += 1
        coverage.note("restarts")
    }

    /// Longer than a heartbeat lives, now and then longer than the grace: the same process comes back.
    private mutating func stall() {
        guard let index = anyAlive() else { return }
        let seconds = random.oneIn(2) ? random.seconds(5...30) : random.seconds(30...Self.graceSeconds * 2)
        processes[index].stalledUntil = now + seconds
        coverage.note(seconds > Self.deadAfterSeconds ? "stalls that lapse" : "short stalls")
    }

    private mutating func misfortune() {
        switch random.int(0...9) {
        case 0: restartServer(keeping: false)
        case 1: failOver()
        case 2: flush()
        case 3, 4:
            // Beyond what is allowed, either way; or back to what it was.
            server.offset = random.oneIn(2) ? 0 : random.seconds(60...7_200) * (random.oneIn(2) ? 1 : -1)
            coverage.note("clock jumps")
        case 5:
            server.stopEndsAt = now + random.seconds(10...120)
            coverage.note("stops by hand")
        case 6:
            let index = random.int(0...replicas.count - 1)
            replicas[index].pausedUntil = now + random.seconds(1...60)
            coverage.note("replicas stopped")
        case 7:
            let index = random.int(0...replicas.count - 1)
            coverage.note("replicas killed")
            replicas[index] = Replica("r\(nextWriting)", startsAt: now + random.seconds(0...30))
            nextWriting += 1
        default:
            let index = random.int(0...replicas.count - 1)
            replicas[index].cutUntil = now + random.seconds(1...60)
            coverage.note("partitions")
        }
    }

    /// Processes that live register what they hold again, as at the next request for it.
    private mutating func restartServer(keeping: Bool) {
        lostAudit += server.audit.count
        var new = SimulatedServer()
        (new.offset, new.life, new.lifeBegan) = (server.offset, server.life + 1, now)
        server = new
        returnAll()
        coverage.note("Redis restarted empty")
    }

    private mutating func failOver() {
        guard let past = snapshots.first else { return }
        lostAudit += server.audit.count - past.server.audit.count
        var new = past.server
        (new.offset, new.life, new.lifeBegan) = (server.offset, server.life + 1, now)
        server = new
        for (owner, seen) in seenStanding where seen > past.at { seenStanding[owner] = nil }
        returnAll()
        snapshots = []
        coverage.note("failovers to a lagging replica")
    }

    private mutating func flush() {
        lostAudit += server.audit.count
        var new = SimulatedServer()
        (new.offset, new.life, new.lifeBegan) = (server.offset, server.life, server.lifeBegan)
        server = new
        for index in replicas.indices { replicas[index].needsReading = true }
        returnAll()
        coverage.note("flushes")
    }

    private mutating func returnAll() {
        for index in processes.indices where processes[index].isAlive {
            for session in processes[index].held.sorted() { write(session, processes[index]) }
        }
    }

    /// Whether a heartbeat stands for that very process.
    func stands(_ owner: GoneOwnerName, in server: SimulatedServer) -> Bool {
        if let beat = server.beats[owner.node], beat.endsAt > now, beat.boot == owner.boot { return true }
        guard let process = processes.first(where: { $0.node == owner.node }), process.isCollected,
            let seenAt = server.collection[owner.node]
        else { return false }
        // A member has no boot: it stands while the process that lives is the owner's, and has just written it.
        return process.isAlive && process.boot == owner.boot && server.time(at: now) - seenAt < 5.5
            && server.time(at: now) >= seenAt
    }
}
