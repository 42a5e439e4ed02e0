import Sessions

// Questions to Redis: each takes its time there and back, and may be lost on either way.

extension Simulation {
    /// How long a replica waits for an answer.
    static let patienceSeconds = 2.0
    /// A request that was given up may still arrive so long after that.
    static let latestSeconds = 10.0

    /// Goes on in a replica: when it runs again, if it is stopped, and never, if it was killed.
    func resume(_ replica: Replica, _ act: @escaping () -> Void) {
        guard replica.isAlive else { return }
        guard replica.pausedUntil <= now else {
            queue.add(at: replica.pausedUntil + 1e-5) { self.resume(replica, act) }
            return
        }
        act()
    }

    func after(_ seconds: Double, in replica: Replica, _ act: @escaping () -> Void) {
        after(seconds) { self.resume(replica, act) }
    }

    /// Asks the server over one of the replica's connections, which is made where there is none; `ask` is what the server
    /// does, at its moment, and `then` is told the answer, or nil where there was none, whatever the server did.
    /// `oftenAtOnce`: mostly it takes no time, so that a schedule has fewer events.
    func call<Answer>(
        _ replica: Replica, _ link: Replica.Link, oftenAtOnce: Bool = true, _ ask: @escaping () -> Answer,
        then: @escaping (Answer?) -> Void
    ) {
        let life = replica.connections[link.rawValue]
        let isWell = now >= replica.outCutUntil && now >= replica.inCutUntil && life == server.life
        if isWell, oftenAtOnce, !random.oneIn(4) { return then(ask()) }
        let isLate = !isCalm && random.oneIn(500)
        let way = isLate ? Self.patienceSeconds + random.seconds(0...Self.latestSeconds) : travelSeconds
        var isSettled = false
        let began = now
        func settle(_ answer: Answer?, _ life: Int?) {
            guard !isSettled else { return }
            isSettled = true
            replica.connections[link.rawValue] = life
            if answer == nil || self.now - began > 0.05 { replica.disturbedAt = self.now }
            then(answer)
        }
        func giveUp(in seconds: Double) {
            after(max(seconds, 0)) { self.resume(replica) { settle(nil, nil) } }
        }
        guard now >= replica.outCutUntil else { return giveUp(in: Self.patienceSeconds) }
        if isLate {
            coverage.note(.lateRequests)
            giveUp(in: Self.patienceSeconds)
        }
        let asked = now
        after(way) {
            let there = self.server.life
            // A connection to a server that is gone.
            guard life == nil || life == there else { return giveUp(in: 0.001) }
            let answer = ask()
            let isLost = self.now < replica.inCutUntil || !self.isCalm && self.random.oneIn(400)
            if isLost {
                self.coverage.note(.answersLost)
                return giveUp(in: asked + Self.patienceSeconds - self.now)
            }
            self.after(self.travelSeconds) {
                self.resume(replica) { settle(answer, there) }
            }
        }
    }

    private var travelSeconds: Double {
        if isCalm { return 0.0005 }
        return random.oneIn(80) ? random.seconds(0...1.5) : random.seconds(0.0001...0.002)
    }
}
