@_spi(Simulation) import Sessions

// Misfortunes of Redis, of clocks and of instances, and what people do.

extension Simulation {
    func keepSnapshot() {
        snapshots.append((now, server))
        if snapshots.count > 4 { snapshots.removeFirst() }
        after(random.seconds(1...4)) { self.keepSnapshot() }
    }

    func befall() {
        after(random.seconds(0.2...1.8) * schedule.misfortuneSeconds) { self.befall() }
        guard !isCalm else { return }
        switch random.int(0...23) {
        case 0: restartEmpty()
        case 1...2: failOver()
        case 3: flush()
        case 4...5: jump()
        case 6: jumpALittle()
        case 7: jumpLocally()
        case 8...9: suspend()
        case 10: resumeCleanup()
        case 11...13: if let instance = anyInstance() { pause(instance) }
        case 14...15: if let instance = anyInstance() { kill(instance) }
        case 16: if let instance = anyInstance() { askOf(instance) }
        case 17: restartFromBackup()
        case 18: stepAndRestart()
        case 19: pauseOverAStall()
        default: if let instance = anyInstance() { cut(instance) }
        }
    }

    private func anyInstance() -> Instance? { random.pick(instances) }

    /// Corrects clocks, resumes cleanup, and lets stalled processes continue. Enough nodes are alive.
    func calmDown() {
        note("everything goes well from now on")
        setClock(0)
        server.stop = nil
        for instance in instances { instance.wallSeconds = 0 }
        for process in processes {
            // One that was held up is only just back: nobody has heard it yet.
            if max(process.stalledUntil, process.muteUntil) > now { process.returnedAt = now }
            (process.stalledUntil, process.muteUntil) = (0, 0)
        }
        let dead = Set(processes.map(\.registersAs)).count
        for number in 0...dead { begin(node: "c\(number)", style: .boots, isCommon: true) }
    }

    // MARK: - Redis

    private func restartEmpty() {
        oracle.auditLost += server.audit.count
        var new = SimulatedServer()
        (new.clockSeconds, new.life, new.lifeBegan, new.startedAt) = (server.clockSeconds, server.life + 1, now, now)
        server = new
        coverage.note(.restartsEmpty)
        note("Redis restarts empty")
        for process in processes { process.overwrittenAt = min(process.overwrittenAt, now) }
        registerAgain()
    }

    /// Restarts Redis with what it had some time ago, including old evidence.
    private func restartFromBackup() {
        guard let past = random.pick(snapshots) else { return }
        oracle.auditLost += server.audit.count - past.server.audit.count
        var new = past.server
        (new.clockSeconds, new.life, new.lifeBegan) = (server.clockSeconds, server.life + 1, now)
        new.startedAt = now
        server = new
        snapshots = []
        coverage.note(.restartsFromBackup)
        note("Redis restarts from a backup as of \((past.at * 1000).rounded() / 1000)")
        registerAgain()
    }

    /// Sets the clock of the host and of Redis, while an instance restarts.
    private func stepAndRestart() {
        guard let instance = anyInstance() else { return }
        coverage.note(.stepsWithRestart)
        let seconds = random.oneIn(2) ? random.seconds(60...600) : 0
        setClock(seconds)
        for instance in instances { instance.wallSeconds = seconds }
        kill(instance)
        after(random.seconds(1...30)) { self.setClock(0) }
    }

    private func failOver() {
        guard let past = random.pick(snapshots) else { return }
        oracle.auditLost += server.audit.count - past.server.audit.count
        var new = past.server
        (new.clockSeconds, new.life, new.lifeBegan) = (server.clockSeconds, server.life + 1, now)
        server = new
        snapshots = []
        coverage.note(.failovers)
        note("Redis fails over to a replica as of \((past.at * 1000).rounded() / 1000)")
        registerAgain()
    }

    private func flush() {
        oracle.auditLost += server.audit.count
        var new = SimulatedServer()
        (new.clockSeconds, new.life) = (server.clockSeconds, server.life)
        (new.lifeBegan, new.startedAt) = (server.lifeBegan, server.startedAt)
        server = new
        coverage.note(.flushes)
        note("FLUSHALL")
        for process in processes {
            process.overwrittenAt = min(process.overwrittenAt, now)
        }
        for instance in instances where instance.isListening {
            after(0.01) { self.resume(instance) { instance.wasFlushed = instance.isListening } }
        }
        registerAgain()
    }

    // MARK: - Clocks

    /// Sets Redis' clock by more than is allowed in either direction, or back to the right time.
    private func jump() {
        let seconds = random.oneIn(2) ? 0 : random.seconds(60...7_200) * (random.oneIn(2) ? 1 : -1)
        guard seconds != server.clockSeconds else { return }
        coverage.note(seconds > server.clockSeconds ? .clockJumpsForward : .clockJumpsBack)
        setClock(seconds)
        // Mostly somebody notices it soon.
        guard seconds != 0, !random.oneIn(3) else { return }
        after(random.seconds(5...60)) { if self.server.clockSeconds == seconds { self.setClock(0) } }
    }

    /// Sets Redis' clock by so little that no brake comes on.
    private func jumpALittle() {
        coverage.note(.smallClockJumps)
        setClock(random.seconds(-1...1) * schedule.policy.maxSkewSeconds * 0.4)
    }

    private func setClock(_ seconds: Double) {
        note("Redis' clock is set from \(server.clockSeconds) to \(seconds) s")
        // Keys that had expired by then do not return.
        for session in server.expire(at: now) { tell(session) }
        oracle.clockJumps.append((now, seconds - server.clockSeconds))
        server.clockSeconds = seconds
        for session in server.expire(at: now) { tell(session) }
    }

    private func jumpLocally() {
        guard let instance = anyInstance() else { return }
        instance.wallSeconds = random.oneIn(2) ? 0 : random.seconds(-4_000...4_000)
        coverage.note(.localClockJumps)
        note("\(instance.name): its clock is set to \(instance.wallSeconds) s")
    }

    // MARK: - People

    private func suspend() {
        let until = random.oneIn(3) ? nil : server.time(at: now) + random.seconds(5...100)
        server.stop = CleanupStop(by: "people", why: "they want it", at: server.time(at: now), until: until)
        coverage.note(.stops)
        if until != nil { coverage.note(.stopsThatEnded) }
        note("cleanup is suspended")
        if until == nil { after(random.seconds(10...120)) { self.resumeCleanup() } }
    }

    private func resumeCleanup() {
        guard server.stop != nil else { return }
        server.stop = nil
        coverage.note(.resumes)
        note("cleanup is resumed")
    }

    /// Asks for a run by hand, or for the end of the present one.
    private func askOf(_ instance: Instance) {
        if random.oneIn(2) {
            instance.isAborting = true
        } else {
            instance.pendingRun = CleanupRequest(by: "api:people", run: "\(now)", isDryRun: random.oneIn(2))
        }
    }

    // MARK: - Instances

    func startInstance(after seconds: Double) {
        let number = instances.count + oracle.instancesEnded
        let instance = Instance(
            name: "r\(number)", start: now + seconds, monotonicStart: Double(number + 1) * 10_000,
            nextRun: random.seconds(1...30), policy: Schedule.nodePolicy(bug?.rules ?? .all))
        instances.append(instance)
        queue.add(at: now + seconds) {
            self.note("\(instance.name) starts")
            self.checkHeartbeats(instance)
            self.watchRegistry(instance)
            self.clean(instance)
        }
    }

    private func kill(_ instance: Instance) {
        if random.oneIn(4) {
            coverage.note(.instancesGivingUp)
            giveUp(instance)
        }
        coverage.note(.instancesKilled)
        note("\(instance.name) is killed")
        instance.isAlive = false
        instances.removeAll { $0 === instance }
        oracle.instancesEnded += 1
        startInstance(after: random.oneIn(3) ? random.seconds(10...90) : random.seconds(0.1...5))
    }

    /// Stops an instance for longer than the grace. In that time a node goes on with its heartbeats, and stalls just
    /// before it ends.
    private func pauseOverAStall() {
        guard let instance = anyInstance(), let process = anyActive() else { return }
        let seconds = schedule.policy.graceSeconds + random.seconds(10...60)
        instance.pausedUntil = max(instance.pausedUntil, now + seconds)
        instance.disturbedAt = max(instance.disturbedAt, instance.pausedUntil)
        coverage.note(.stallsInPauses)
        note("\(instance.name) is stopped for \(seconds) s, and process \(process.number) stalls near the end of it")
        after(seconds - process.heartbeatTTLSeconds - random.seconds(0...10)) {
            process.stalledUntil = max(process.stalledUntil, self.now + 2 * self.schedule.policy.graceSeconds)
        }
    }

    /// Stops an instance (SIGSTOP). Now and then the entire machine stands still, and its monotonic clock with it.
    private func pause(_ instance: Instance) {
        let seconds = random.oneIn(3) ? random.seconds(20...150) : random.seconds(0.1...20)
        instance.pausedUntil = max(instance.pausedUntil, now + seconds)
        instance.disturbedAt = max(instance.disturbedAt, instance.pausedUntil)
        if random.oneIn(4) {
            coverage.note(.instancesFrozen)
            note("\(instance.name): its machine stands still for \(seconds) s")
            queue.add(at: instance.pausedUntil - 1e-6) { instance.frozenSeconds += seconds }
        } else {
            coverage.note(.instancesStopped)
            note("\(instance.name) is stopped for \(seconds) s")
        }
    }

    private func cut(_ instance: Instance) {
        let until = now + (random.oneIn(3) ? random.seconds(15...120) : random.seconds(0.5...15))
        if random.oneIn(2) { instance.outCutUntil = until }
        if random.oneIn(2) || instance.outCutUntil < until { instance.inCutUntil = until }
        instance.disturbedAt = max(instance.disturbedAt, until)
        coverage.note(.partitions)
        note("\(instance.name) is cut off until \(until)")
    }
}
