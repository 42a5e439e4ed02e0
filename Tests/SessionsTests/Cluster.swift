import Digests

@testable import Sessions

/// A registry with its clock, told what it reads from a few words.
struct Cluster {
    var registry: Registry
    var now = UnixTime(milliseconds: 1_787_307_302_000)
    private(set) var latest: HeartbeatCheck?
    /// What the last check found of each node, and when that was written as far as the checks can tell.
    private var written: [String: (heartbeat: Heartbeat, at: UnixTime)] = [:]
    /// How long a heartbeat's key lives.
    var heartbeatSeconds = 15.0
    private let sha256 = SHA256()
    private let records = Records()

    /// The names that its records hold; shared by all copies of a cluster.
    private final class Records {
        var names = RecordNames(seed: 1)
    }

    init(policy: NodePolicy = NodePolicy()) {
        registry = Registry(policy: policy)
    }

    /// A session of this id (any text); created a minute ago unless told otherwise.
    func session(
        _ id: String, _ node: String? = nil, _ boot: String? = nil, created: Double? = -60, client: String = "",
        expires: Double? = 3600, isAdoptable: Bool = false, ref: SessionRef? = nil
    ) -> ObservedSession {
        var value = SessionValue()
        if let node {
            value.owner = records.names.owner(
                node: bytes(node).span, boot: bytes(boot ?? "").span, isAdoptable: isAdoptable)
        }
        value.createdAt = created.map { now + $0 }
        value.client = records.names.client(bytes(client).span)
        return observed(id, .value(value), expires: expires, ref: ref)
    }

    func malformed(_ id: String, _ why: Malformation, expires: Double? = 3600) -> ObservedSession {
        observed(id, .malformed(why), expires: expires, ref: nil)
    }

    private func observed(
        _ id: String, _ content: ObservedSession.Content, expires: Double?, ref: SessionRef?
    ) -> ObservedSession {
        let text = bytes(id)
        guard let id = try? SessionID(text.span, maxLength: 1024) else { fatalError("no session id: \(id)") }
        return ObservedSession(
            id: id, ref: ref ?? self.ref(text), dialect: 0, content: content,
            expiresAt: expires.map { now + $0 })
    }

    /// The owner that a session names.
    func ownerName(of session: ObservedSession) -> OwnerName? {
        guard case .value(let value) = session.content else { return nil }
        return records.names.ownerName(at: value.owner)
    }

    func isAdoptable(_ session: ObservedSession) -> Bool {
        guard case .value(let value) = session.content, value.owner != 0 else { return false }
        return records.names.owners[Int(value.owner)].isAdoptable
    }

    func ref(_ id: [UInt8]) -> SessionRef { SessionRef(sha256.prefix64(id.span)) }

    /// One full scan that finds these sessions.
    mutating func read(_ sessions: [ObservedSession]) {
        registry.beginFullScan()
        take(sessions)
        finish()
    }

    /// Hands the registry sessions that were read, or that changed.
    mutating func take(_ sessions: [ObservedSession], from source: Registry.Source = .fullScan, shard: Int = 0) {
        registry.take(sessions, &records.names, from: source, shard: shard, at: now)
    }

    /// A session whose key is not there.
    func gone(_ id: String) -> ObservedSession { observed(id, .gone, expires: nil, ref: nil) }

    mutating func finish(_ totals: FullScanTotals = FullScanTotals(), nodeKeys: Int = 0) {
        // A full scan reads the heartbeats at its end.
        if let latest, registry.lastCheck == now { registry.take(latest, at: now) }
        while !registry.finishFullScan(totals, nodeKeys: nodeKeys, at: now) {}
    }

    /// One check of the heartbeats, `seconds` after the one before. Each stands in a key of its own, written when its
    /// content changed last; those of `collected` nodes in a collection. `history`: which life of Redis is read. Where it
    /// may evict keys, a heartbeat that is missing is no goodbye.
    mutating func check(
        after seconds: Double = 0, _ heartbeats: [String: Heartbeat], collected: Set<String> = [],
        history: RedisHistory? = RedisHistory([:]), written names: Set<String> = [], mayEvict: Bool = true
    ) {
        now = now + seconds
        var check = heartbeatCheck(heartbeats, collected: collected)
        (check.history, check.written, check.mayEvict) = (history, names, mayEvict)
        latest = check
        registry.take(check, at: now)
    }

    /// A check of now that finds these heartbeats and no others.
    mutating func heartbeatCheck(_ heartbeats: [String: Heartbeat], collected: Set<String> = []) -> HeartbeatCheck {
        var check = HeartbeatCheck()
        for (name, heartbeat) in heartbeats {
            if written[name]?.heartbeat != heartbeat { written[name] = (heartbeat, now) }
            let isCollected = collected.contains(name)
            let deadline = isCollected ? nil : written[name].map { $0.at + heartbeatSeconds }
            check.add(
                FoundHeartbeat(
                    heartbeat, isCollected: isCollected, deadline: deadline,
                    lifetimeSeconds: deadline.map { max($0 - now, 0) }), of: name)
        }
        for name in written.keys where heartbeats[name] == nil { written[name] = nil }
        check.absentAt = now
        return check
    }

    /// Checks once in each interval for so long; `heartbeats` is asked for the heartbeats at each check.
    mutating func check(for seconds: Double, _ heartbeats: (Cluster) -> [String: Heartbeat]) {
        var left = seconds
        while left > 0 {
            now = now + registry.policy.checkSeconds
            left -= registry.policy.checkSeconds
            check(heartbeats(self))
        }
    }

    /// A heartbeat of just now, of a process that started so many seconds from now.
    func heartbeat(_ boot: String? = nil, started: Double? = nil, seen: Double = 0, isDraining: Bool = false)
        -> Heartbeat
    {
        var heartbeat = Heartbeat(seenAt: now + seen)
        heartbeat.boot = boot.map { Boot($0) }
        heartbeat.startedAt = started.map { now + $0 }
        heartbeat.isDraining = isDraining
        return heartbeat
    }

    func summary(_ id: String) -> SessionSummary? {
        let text = bytes(id)
        guard let id = try? SessionID(text.span, maxLength: 1024) else { return nil }
        return registry.session(id, ref: ref(text), at: now)
    }

    func state(_ id: String) -> SessionState? { summary(id)?.state }

    func status(_ node: String) -> Node.Status? { registry.nodeSummary(named: node, at: now)?.node.status }

    func nodeSummary(_ name: String) -> NodeSummary? { registry.nodeSummary(named: name, at: now) }

    func node(_ name: String) -> Node? { nodeSummary(name)?.node }

    /// The whole listing, a page of so many at a time.
    func listing(_ filter: SessionFilter = SessionFilter(), limit: Int = 100) -> [SessionSummary] {
        var sessions: [SessionSummary] = []
        var next: SessionRef?
        repeat {
            let page = registry.page(filter, after: next, limit: limit, at: now)
            sessions += page.sessions
            next = page.next
        } while next != nil
        return sessions
    }
}

/// The counts that these sessions add up to.
func counted(_ sessions: [SessionSummary]) -> StateCounts {
    sessions.reduce(into: StateCounts()) { counts, session in
        switch session.state {
        case .owned: counts.owned += 1
        case .orphaned(let reason): counts.orphaned[reason, default: 0] += 1
        case .unowned: counts.unowned += 1
        case .malformed: counts.malformed += 1
        }
    }
}
