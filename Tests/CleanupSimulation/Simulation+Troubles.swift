import Sessions

// Misfortunes of nodes.

extension Simulation {
    private var isSpareNodeThere: Bool { processes.count(where: \.isAlive) > 1 }

    func stall() {
        guard let process = anyActive() else { return }
        // Half of the stalls let the heartbeat expire; most of those last longer than the grace.
        let grace = schedule.policy.graceSeconds
        let seconds =
            random.oneIn(2)
            ? random.seconds(3...14)
            : random.oneIn(4) ? random.seconds(16...grace) : random.seconds(grace...2.5 * grace)
        process.stalledUntil = now + seconds
        note("\(process.node): process \(process.number) stalls for \(Int(seconds)) s")
        guard seconds > process.heartbeatTTLSeconds else { return coverage.note(.shortStalls) }
        coverage.note(.lapsedStalls)
        after(seconds + 0.002) {
            if process.isAlive, process.stalledUntil <= self.now { self.coverage.note(.stallsResumed) }
        }
        // Back for a few heartbeats, and silent again. It must not count as gone for the entire time.
        guard random.oneIn(2) else { return }
        after(seconds + random.seconds(0.01...12)) {
            guard process.isActive(at: self.now) else { return }
            process.stalledUntil = self.now + self.random.seconds(20...2 * grace)
            self.note("\(process.node): process \(process.number) stalls again")
        }
    }

    func mute() {
        guard let process = anyActive() else { return }
        process.muteUntil = now + random.seconds(10...300)
        note("\(process.node): process \(process.number) works without heartbeats until \(process.muteUntil)")
        coverage.note(.muteNodes)
        // The process serves, as the records show.
        if random.oneIn(2) {
            after(random.seconds(20...60)) { if process.isActive(at: self.now) { self.touch(process) } }
        }
    }

    func die() {
        guard isSpareNodeThere, let process = anyActive() else { return }
        end(process)
        coverage.note(.deaths)
    }

    func end(_ process: SimulatedProcess) {
        process.isAlive = false
        process.held = []
        note("\(process.node): process \(process.number) is dead")
    }

    /// The process takes no new sessions for a while, then ends in order and removes its heartbeat.
    func drain() {
        guard isSpareNodeThere, let process = anyActive() else { return }
        process.isDraining = true
        coverage.note(.drains)
        after(random.seconds(5...40)) {
            guard process.isActive(at: self.now) else { return }
            self.end(process)
            guard self.random.oneIn(2) else { return }
            if self.server.heartbeats[process.node]?.process == process.number {
                self.server.heartbeats[process.node] = nil
            }
            if self.server.members[process.node]?.process == process.number { self.server.members[process.node] = nil }
            process.overwrittenAt = min(process.overwrittenAt, self.now)
        }
    }

    /// A node's process restarts under its name with another boot, now and then while the old one still works.
    func restart() {
        guard let old = random.pick(lastProcesses) else { return }
        let style = old.style
        // If only a start time tells processes apart, nobody runs two.
        if style == .boots, old.isActive(at: now), random.oneIn(3) {
            coverage.note(.overlaps)
            after(random.seconds(1...20)) { self.end(old) }
        } else {
            end(old)
        }
        coverage.note(.restarts)
        let isRenamed = style == .marker || random.oneIn(8)
        if isRenamed { coverage.note(.newNames) }
        let node = isRenamed ? "n\(processes.count)-\(old.node.prefix(2))" : old.node
        let wait = random.oneIn(3) ? random.seconds(0...60) : 0.2
        after(wait) {
            let process = self.begin(node: node, style: style)
            self.after(0.1) { self.register(process, count: self.random.int(0...3)) }
        }
    }

    /// Another process begins under the name of one that works on. Both write heartbeats, and each overwrites the
    /// other's.
    func share() {
        guard let process = anyActive(), process.style == .boots, !process.isForeign else { return }
        coverage.note(.sharedNames)
        let isInStep = random.oneIn(2)
        let other = begin(node: process.node, style: .boots, follows: isInStep ? process : nil)
        after(0.1) { self.register(other, count: self.random.int(1...3)) }
        // One of the heartbeats is in Redis for a moment only, and nothing else shows its process.
        if isInStep { (process.isIdle, other.isIdle) = (true, true) }
        note(
            "\(process.node): processes \(process.number) and \(other.number) share it, \(isInStep ? "in step" : "each by itself"), told: \(schedule.isTracking)"
        )
    }

    /// The last process of each node.
    private var lastProcesses: [SimulatedProcess] {
        processes.filter { process in
            !processes.contains { $0.node == process.node && $0.number > process.number }
        }
    }

    /// Living processes register their sessions again, as at the next request for each.
    func registerAgain() {
        for process in processes where process.isAlive {
            for session in process.held {
                after(random.seconds(0...15)) {
                    guard process.isActive(at: self.now), process.held.contains(session) else { return }
                    self.write(session, process, isNew: false, namesOwner: true)
                }
            }
        }
    }
}
