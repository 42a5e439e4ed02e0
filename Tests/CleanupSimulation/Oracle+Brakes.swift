import Sessions

// The brakes that should have held, by what an instance could know. They are computed again, in the simplest way.

extension Simulation {
    /// Returns why a brake should have held when a run decides to remove. Nil if none should.
    func brakeFault(of batch: RemovalBatch, _ instance: Instance) -> String? {
        let knowledge = instance.knowledge
        let monotonic = instance.monotonic(at: now)
        guard knowledge.hasView, !knowledge.isCheckMissing else { return "removes without a complete view" }
        // Redis' clock may have jumped in between, so that a check seems older or newer than it is.
        if monotonic - knowledge.lastCheck > Schedule.deadAfterSeconds + 1, jumps(within: 60).isEmpty {
            return "removes \(monotonic - knowledge.lastCheck) s after its last check of the heartbeats"
        }
        // A check during which Redis' clock was set back counts as no silence.
        let clockSettings = jumps(within: 60).count
        let alive = knowledge.alive(at: monotonic, clockSettings: clockSettings)
        if alive == 0 { return "removes though no node has a heartbeat" }
        if batch.reason != .ownerRestarted {
            let dead = deadNodes(knowledge, at: monotonic, clockSettings: clockSettings)
            let share = Double(dead) / Double(dead + alive)
            if share > schedule.policy.maxDeadFraction {
                return "removes though \(dead) nodes are dead and \(alive) are alive"
            }
        }
        if abs(instance.skewSeconds) > schedule.policy.maxSkewSeconds {
            return "removes though the clocks differ by \(instance.skewSeconds) s"
        }
        // Time on a clock that was set in between does not count.
        let began = now - server.lifeBegan
        if began < Schedule.settleSeconds - 1, jumps(within: began).isEmpty,
            instance.connections[Instance.Link.cleaner.rawValue] == server.life
        {
            return "removes \(began) s after Redis became what it is"
        }
        return nil
    }

    private func jumps(within seconds: Double) -> [(at: Double, seconds: Double)] {
        oracle.clockJumps.filter { now - $0.at <= seconds }
    }

    /// Returns the nodes that this instance saw alive, that are certainly dead, and whose sessions have been in Redis
    /// for long enough to be known to every instance.
    private func deadNodes(_ knowledge: InstanceKnowledge, at monotonic: Double, clockSettings: Int) -> Int {
        let known = schedule.isTracking ? 10.0 : 70.0
        let withSessions = Set(
            server.sessions.values.lazy.filter { self.now - $0.writtenAt > known && $0.dialect == 0 }.compactMap {
                $0.owner.map { String(decoding: $0.node, as: UTF8.self) }
            })
        let dead = knowledge.nodes.filter {
            knowledge.isDead($0.value, at: monotonic, clockSettings: clockSettings) && withSessions.contains($0.key)
                && ($0.value.deadline != nil || $0.value.hasMoved)
        }
        // One that announced its end, and in whose place another came, does not hold the brake. No name shows a revision.
        let announced = dead.count { $0.value.hasWithdrawn || $0.value.heartbeat?.isDraining == true }
        return dead.count - min(announced, knowledge.newcomers.count)
    }
}
