import Testing

@testable import Sessions

extension Cluster {
    func id(_ text: String) -> SessionID {
        guard let id = try? SessionID(bytes(text).span, maxLength: 1024) else { fatalError("no session id: \(text)") }
        return id
    }

    /// A request as a line tells of it, `at` seconds from now; nil where it carries no time.
    func request(
        _ outcome: LoggedRequest.Outcome, _ id: String, at node: String? = nil, time: Double? = 0,
        cookie: StickySighting = .notLogged, given: StickySighting = .notLogged, client: String? = nil
    ) -> LoggedRequest {
        LoggedRequest(
            outcome, session: NamedSession(id: self.id(id), ref: ref(bytes(id))), node: node,
            time: time.map { now + $0 }, cookie: cookie,
            givenCookie: given, client: client)
    }

    @discardableResult
    mutating func refuse(
        _ id: String, at node: String? = nil, time: Double? = 0, cookie: StickySighting = .notLogged,
        given: StickySighting = .notLogged, client: String? = nil
    ) -> Judgement? {
        let request = request(.refused, id, at: node, time: time, cookie: cookie, given: given, client: client)
        return judge(request)
    }

    /// The judgement of a request, once nodes that are alive are proven to be.
    mutating func judge(_ request: LoggedRequest) -> Judgement? {
        registry.judge(request, at: now) ?? prove().last { $0.ref == request.session?.ref }
    }

    /// Has each node that is heard write its heartbeat once more, and returns what that settles.
    mutating func prove() -> [Judgement] {
        let heartbeats = latest?.heartbeats ?? [:]
        let living = heartbeats.keys.filter { node($0)?.isAlive ?? false }
        for written in [[], Set(living)] {
            check(heartbeats, collected: latest?.collected ?? [], history: latest?.history, written: written)
        }
        return registry.settlePending(at: now)
    }

    mutating func serve(_ id: String, at node: String?, time: Double? = 0, isNew: Bool = false) {
        #expect(registry.judge(request(isNew ? .created : .served, id, at: node, time: time), at: now) == nil)
    }

    /// A judgement of now; the rest as `change` says.
    func judgement(_ id: String, _ verdict: Verdict, _ change: (inout Judgement) -> Void = { _ in }) -> Judgement {
        var judgement = Judgement(ref: ref(bytes(id)), time: now, verdict: verdict)
        change(&judgement)
        return judgement
    }

    /// Heartbeats of `n1` to `n3`, boot `b1`, whose URLs are `http://10.0.0.1:8080` and so on.
    var threeHeartbeats: [String: Heartbeat] {
        var heartbeats: [String: Heartbeat] = [:]
        for number in 1...3 {
            var heartbeat = heartbeat("b1", started: -1000)
            heartbeat.url = "http://10.0.0.\(number):8080"
            heartbeats["n\(number)"] = heartbeat
        }
        return heartbeats
    }

    /// Three nodes that live, and these sessions, with changes told or not.
    static func ofThree(isLive: Bool = true, _ sessions: (Cluster) -> [ObservedSession]) -> Cluster {
        var cluster = Cluster()
        cluster.check(cluster.threeHeartbeats)
        if isLive { cluster.readLive(sessions(cluster)) } else { cluster.read(sessions(cluster)) }
        return cluster
    }

    /// All that is counted is what a walk over the table finds.
    func checkCounts(_ note: Comment = "") {
        let all = listing()
        #expect(registry.stateCounts(at: now) == counted(all), note)
        let byNode = Dictionary(grouping: all.filter { $0.node != nil }) { $0.node ?? "" }
        for summary in registry.nodeSummaries(at: now) {
            #expect(summary.counts == counted(byNode[summary.node.name] ?? []), note)
        }
    }
}
