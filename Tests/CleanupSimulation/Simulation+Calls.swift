import Sessions

// Requests to Redis. Each takes its time there and back, and may be lost on either way.

extension Simulation {
    /// The time for which an instance waits for an answer.
    static let patienceSeconds = 2.0
    /// The time after which an abandoned request can no longer arrive.
    static let latestSeconds = 10.0

    /// Continues in an instance: once it runs again if it is stopped, and never if it was killed.
    func resume(_ instance: Instance, _ act: @escaping () -> Void) {
        guard instance.isAlive else { return }
        guard instance.pausedUntil <= now else {
            queue.add(at: instance.pausedUntil + 1e-5) { self.resume(instance, act) }
            return
        }
        act()
    }

    func after(_ seconds: Double, in instance: Instance, _ act: @escaping () -> Void) {
        after(seconds) { self.resume(instance, act) }
    }

    /// Sends a request over one of the instance's connections, which is opened if there is none. `ask` is what the
    /// server does at its moment. `then` gets the answer, or nil if there was none, whatever the server did. With
    /// `oftenAtOnce` a request mostly takes no time, so that a schedule has fewer events.
    func call<Answer>(
        _ instance: Instance, _ link: Instance.Link, oftenAtOnce: Bool = true, _ ask: @escaping () -> Answer,
        then: @escaping (Answer?) -> Void
    ) {
        let life = instance.connections[link.rawValue]
        let isWell = now >= instance.outCutUntil && now >= instance.inCutUntil && life == server.life
        if isWell, oftenAtOnce, !random.oneIn(4) { return then(ask()) }
        let isLate = !isCalm && random.oneIn(500)
        let way = isLate ? Self.patienceSeconds + random.seconds(0...Self.latestSeconds) : travelSeconds
        var isSettled = false
        let began = now
        func settle(_ answer: Answer?, _ life: Int?) {
            guard !isSettled else { return }
            isSettled = true
            instance.connections[link.rawValue] = life
            if answer == nil || self.now - began > 0.05 { instance.disturbedAt = self.now }
            then(answer)
        }
        func giveUp(in seconds: Double) {
            after(max(seconds, 0)) { self.resume(instance) { settle(nil, nil) } }
        }
        guard now >= instance.outCutUntil else { return giveUp(in: Self.patienceSeconds) }
        if isLate {
            coverage.note(.lateRequests)
            giveUp(in: Self.patienceSeconds)
        }
        let asked = now
        after(way) {
            let there = self.server.life
            // The connection leads to a server that is gone.
            guard life == nil || life == there else { return giveUp(in: 0.001) }
            let answer = ask()
            let isLost = self.now < instance.inCutUntil || !self.isCalm && self.random.oneIn(400)
            if isLost {
                self.coverage.note(.answersLost)
                return giveUp(in: asked + Self.patienceSeconds - self.now)
            }
            self.after(self.travelSeconds) {
                self.resume(instance) { settle(answer, there) }
            }
        }
    }

    private var travelSeconds: Double {
        if isCalm { return 0.0005 }
        return random.oneIn(80) ? random.seconds(0...1.5) : random.seconds(0.0001...0.002)
    }
}
