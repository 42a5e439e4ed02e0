import Testing

@testable import Sessions

@Suite struct DrainTests {
    private static func drain(_ cluster: Cluster, _ node: String) -> Drain {
        var drain = Drain(node: node)
        while !cluster.registry.addDrain(to: &drain, at: cluster.now) {}
        return drain
    }

    /// What was last seen so many seconds ago.
    private static func used(_ session: ObservedSession, ago seconds: Double, in cluster: Cluster) -> ObservedSession {
        guard case .value(var value) = session.content else { return session }
        value.lastSeen = cluster.now - seconds
        return ObservedSession(
            id: session.id, ref: session.ref, dialect: session.dialect, content: .value(value),
            expiresAt: session.expiresAt)
    }

    @Test func `what a node holds is told by use, age, time to live and client`() {
        var cluster = Cluster.ofThree { cluster in
            [
                Self.used(
                    cluster.session("a", "n1", "b1", created: -50, client: "x 1", expires: 60), ago: 60, in: cluster),
                Self.used(
                    cluster.session("b", "n1", "b1", created: -50, client: "x 1", expires: 600), ago: 61, in: cluster),
                Self.used(
                    cluster.session("c", "n1", "b1", created: -9000, client: "y", expires: 500), ago: 4000, in: cluster),
                cluster.session("d", "n1", "b1", created: nil, client: "x 1", expires: 500),
                cluster.session("lost", "n1", "b0"), cluster.session("free", "n1", "b0", isAdoptable: true),
                cluster.session("other", "n2", "b1"), cluster.session("unowned"), cluster.malformed("broken", .badJSON),
            ]
        }
        // An owner that was met since the last check is not judged yet.
        cluster.check(cluster.threeHeartbeats)
        let drain = Self.drain(cluster, "n1")
        let group = drain.wouldStrand
        #expect(group.sessions == 4 && group.withoutLastSeen == 1 && group.withoutCreated == 1)
        #expect(group.idle.counts == [1, 1, 0, 1])
        #expect(group.age.counts == [2, 0, 0, 0, 1, 0, 0, 0, 0, 0])
        #expect(group.timeToLive.counts == [1, 0, 3, 0, 0, 0, 0, 0, 0, 0])
        #expect(group.allExpiredAt == cluster.now + 600 && group.withoutExpiry == 0)
        #expect(
            group.clients
                == .init(top: [.init(name: "x 1", sessions: 3), .init(name: "y", sessions: 1)]))
        #expect(drain.stranded.sessions == 1 && drain.stranded.clients.top == [.init(name: "", sessions: 1)])
        #expect(drain.adoptable == 1)
    }

    @Test func `of a node that died the same sessions are stranded`() {
        var cluster = Cluster.ofThree { cluster in
            [cluster.session("a", "n1", "b1", expires: nil), cluster.session("b", "n1", "b1")]
        }
        var heartbeats = cluster.threeHeartbeats
        heartbeats["n1"] = nil
        cluster.check(for: 30) { _ in heartbeats }
        for time in [-80.0, -40, 0] { cluster.refuse("b", at: "n2", time: time) }
        let drain = Self.drain(cluster, "n1")
        #expect(drain.wouldStrand.sessions == 0 && drain.wouldStrand.allExpiredAt == nil)
        #expect(drain.stranded.sessions == 2 && drain.stranded.stuck == 1)
        #expect(drain.stranded.withoutExpiry == 1 && drain.stranded.allExpiredAt == nil)
    }

    @Test func `the clients with the most sessions are named, the rest summed up`() {
        let cluster = Cluster.ofThree { cluster in
            (0..<12).flatMap { client in
                (0...client).map { cluster.session("\(client)-\($0)", "n1", "b1", client: "client \(client)") }
            }
        }
        let clients = Self.drain(cluster, "n1").wouldStrand.clients
        #expect(clients.top.map(\.sessions) == [12, 11, 10, 9, 8, 7, 6, 5, 4, 3] && clients.top[0].name == "client 11")
        #expect(clients.otherClients == 2 && clients.otherSessions == 3)
    }

    @Test func `no step looks at more sessions than it may`() {
        let count = 5 * Registry.drainStepSessions
        let cluster = Cluster.ofThree { cluster in (0..<count).map { cluster.session("s\($0)", "n1", "b1") } }
        var drain = Drain(node: "n1")
        var (steps, most, isDone) = (0, 0, false)
        while !isDone {
            let before = drain.wouldStrand.sessions
            isDone = cluster.registry.addDrain(to: &drain, at: cluster.now)
            (steps, most) = (steps + 1, max(most, drain.wouldStrand.sessions - before))
        }
        #expect(drain.wouldStrand.sessions == count)
        // The last shelf may go beyond it.
        #expect(most < Registry.drainStepSessions + 64 && steps > 5)
    }

    @Test func `a node that nobody named has nothing to lose`() {
        let cluster = Cluster.ofThree { [$0.session("a", "n1", "b1")] }
        let drain = Self.drain(cluster, "nobody")
        #expect(drain.wouldStrand.sessions == 0 && drain.stranded.sessions == 0)
    }

    @Test func `how fast sessions end is known after a minute, and forgotten after a quarter of an hour`() {
        var cluster = Cluster.ofThree { cluster in
            (0..<6).map { cluster.session("s\($0)", "n1", "b1", expires: 100_000) }
        }
        #expect(cluster.registry.recentEnds(ofNode: "n1", at: cluster.now) == nil)
        let began = cluster.now
        cluster.now = cluster.now + 120
        cluster.take([cluster.gone("s0"), cluster.gone("s1")], from: .change)
        let ends = cluster.registry.recentEnds(ofNode: "n1", at: cluster.now)
        #expect(ends == RecentEnds(sessions: 2, overSeconds: 120))
        #expect(ends?.secondsUntilEmpty(4) == 240 && ends?.secondsUntilEmpty(0) == 0)
        #expect(cluster.registry.recentEnds(ofNode: "n2", at: cluster.now)?.secondsUntilEmpty(4) == nil)
        cluster.now = began + 1200
        let later = cluster.registry.recentEnds(ofNode: "n1", at: cluster.now)
        #expect(later?.sessions == 0 && (900...960).contains(later?.overSeconds ?? 0))
        #expect(cluster.registry.recentEnds(ofNode: "nobody", at: cluster.now) == nil)
    }
}
