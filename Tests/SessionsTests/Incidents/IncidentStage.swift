@testable import Sessions

/// A cluster that is looked at once a second, and the log of what went wrong with it.
struct IncidentStage {
    var cluster = Cluster()
    var log = IncidentLog()
    let start: UnixTime
    /// Heartbeats of now, asked for at each check.
    var heartbeats: (Cluster) -> [String: Heartbeat]
    /// True if Redis may have removed a heartbeat that is not found, so its end is no goodbye.
    var mayEvict = true
    var lostSince: UnixTime?
    var servers: Set<String> = ["r1"]
    var refused = 0
    var misrouted: [String: Int] = [:]

    /// `n1` holds `a0` to `a4`, `n2` holds `b`; looked at for some seconds.
    init() {
        start = cluster.now
        heartbeats = Self.heartbeats(["n1": "b1", "n2": "b2"])
        cluster.check(heartbeats(cluster))
        cluster.readLive(
            (0..<5).map { cluster.session("a\($0)", "n1", "b1") } + [cluster.session("b", "n2", "b2")])
        check(for: 5)
    }

    static func heartbeats(_ boots: [String: String], draining: Set<String> = []) -> (Cluster) -> [String: Heartbeat] {
        { cluster in
            boots.reduce(into: [:]) { heartbeats, node in
                heartbeats[node.key] = cluster.heartbeat(node.value, isDraining: draining.contains(node.key))
            }
        }
    }

    mutating func heartbeat(_ boots: [String: String], draining: Set<String> = []) {
        heartbeats = Self.heartbeats(boots, draining: draining)
    }

    /// Checks once a second for so long.
    mutating func check(for seconds: Int = 1) {
        for _ in 0..<seconds {
            cluster.now = cluster.now + 1
            if lostSince == nil {
                cluster.check(heartbeats(cluster), mayEvict: mayEvict)
                cluster.registry.noteCurrent(at: cluster.now)
            }
            note()
        }
    }

    /// What the log makes of now.
    mutating func note() {
        var sight = cluster.registry.incidentSight(at: cluster.now)
        sight.aftermaths = cluster.registry.aftermaths(at: cluster.now)
        (sight.lostSince, sight.servers) = (lostSince, servers)
        (sight.refused, sight.misrouted) = (refused, misrouted)
        log.take(sight, at: cluster.now)
    }

    /// Loses the connection for so long.
    mutating func loseRedis(for seconds: Int) {
        _ = cluster.registry.noteLost()
        cluster.registry.noteCheckMissing()
        lostSince = cluster.now
        check(for: seconds)
        lostSince = nil
    }

    mutating func take(_ sessions: (Cluster) -> [ObservedSession]) { cluster.take(sessions(cluster), from: .change) }

    /// So many new sessions of `n2` within so many seconds.
    mutating func begin(_ count: Int, _ name: String, over seconds: Int) {
        for second in 0..<seconds {
            for number in second * count / seconds..<(second + 1) * count / seconds {
                take { [$0.session("\(name)\(number)", "n2", "b2", created: 0)] }
            }
            check()
        }
    }

    /// `node_died n1/b1 4...open 5/0/0/5 x1`: kind, node and boot, seconds since the start, sessions stranded, recovered, stuck
    /// and silent, how often.
    var rows: [String] {
        log.incidents.map { incident in
            let seconds = { (time: UnixTime) in String(Int((time - start).rounded())) }
            let owner = incident.node.map { "\($0)/\(incident.boot ?? "-")" } ?? "-"
            let counts = incident.aftermath.map { "\($0.sessions)/\($0.recovered)/\($0.stuck)/\($0.silent)" } ?? "-"
            let span = "\(seconds(incident.beganAt))...\(incident.endedAt.map(seconds) ?? "open")"
            return "\(incident.kind.rawValue) \(owner) \(span) \(counts) x\(incident.times)"
        }
    }
}
