/// The testimony of logs: which requests were refused, which node a line names, and which node was seen to hold a
/// session.
///
/// Testimony is not checked here. The registry judges it by the registered sessions and the living nodes.
struct Testimony: Sendable {
    /// The testimony about one node.
    struct OfNode: Sendable {
        /// The number of judgements kept for each node.
        static let judgedLimit = 32

        var clock = ClockOffset()
        /// The misroutes of sessions that it owns, and of requests that it refused.
        var misroutesTo = RecentCount()
        var misroutesFrom = RecentCount()
        /// The requests that the proxy could not bring to it.
        var reach = ProxyReach()
        /// The latest requests that it refused, or that were refused for sessions that it owns.
        var judged = Ring<Judgement>(limit: judgedLimit)
    }

    var nodes = ByNode(OfNode())
    /// The refused requests, by session.
    private(set) var failures = FailureMemory()
    /// The refused requests whose owner is not proven alive or gone yet.
    var pending = PendingRefusals()
    /// The owners of sessions that are not read yet, since a line about a new session often arrives before its key is
    /// read.
    var ownersSeenBeforeRead = OwnerSightings()
    /// The owners that were seen later than the last known heartbeat of their node. The next heartbeat shows which
    /// process it was.
    var ownersOfUnknownBoot = OwnerSightings()
    /// The nodes that cookies and addresses name.
    private(set) var addresses = NodeAddresses()
    /// The sticky cookies that are in use.
    var stickyRules = StickyRules()
    /// The schemes by which Traefik was seen to give cookies.
    var schemesInUse = SchemesInUse()
    /// The URLs and the names by which the proxy was seen to write nodes and services.
    var serviceURLs = ServiceURLs()
    var serviceNames = ServiceNames()
    var unknownAddresses = UnknownAddresses()
    /// Sessions that were closed after cleanup may have removed them, until somebody takes note.
    private(set) var closed: Set<SessionRef> = []
    private static let closedLimit = 10_000

    /// Updates cookies and addresses to the nodes' URLs. A node that never had a heartbeat is no known server.
    mutating func follow(_ nodes: [Node]) {
        let seen = nodes.filter { $0.heartbeat != nil }
        let living = Set(seen.lazy.filter(\.isAlive).map(\.name))
        let proxyURLs = serviceURLs.byNode { living.contains($0) }
        let known = seen.map { node in
            StickyNode(
                name: node.name, url: node.heartbeat?.url, proxyURLs: proxyURLs[node.name] ?? [],
                isAlive: node.isAlive)
        }
        addresses.update(known, rules: stickyRules)
    }

    /// Notes the delay of a line after its own timestamp, which includes the time by which the node's clock is behind.
    mutating func noteDelay(_ seconds: Double, ofNode node: Int, at now: UnixTime) {
        nodes[node].clock.note(seconds, at: now)
    }

    mutating func noteClosed(_ ref: SessionRef) {
        if closed.count < Self.closedLimit { closed.insert(ref) }
    }

    mutating func takeClosed() -> [SessionRef] {
        defer { closed = [] }
        return Array(closed)
    }

    /// Notes that a session was served.
    mutating func noteServed(_ ref: SessionRef, at time: UnixTime) {
        failures.noteServed(ref, at: time)
        pending.noteServed(ref, at: time)
    }

    /// Remembers a group of refused requests that waited, in which its session may have been served.
    mutating func remember(
        _ judgement: Judgement, servedAt: UnixTime?, by serving: Int?, owner: Int?, at now: UnixTime
    ) {
        remember(judgement, by: serving, owner: owner, at: now)
        if let ref = judgement.ref, let servedAt { failures.noteServed(ref, at: servedAt) }
    }

    /// Remembers a refused request by its session, by the node that refused it, and by the owner's node.
    mutating func remember(_ judgement: Judgement, by serving: Int?, owner: Int?, at now: UnixTime) {
        let failure = FailedRequest(
            time: judgement.time, node: judgement.node, verdict: judgement.verdict, cause: judgement.cause)
        if let ref = judgement.ref { failures.add(failure, of: ref, count: judgement.count, at: now) }
        if let serving {
            nodes[serving].judged.append(judgement)
            if judgement.verdict.isMisroute { nodes[serving].misroutesFrom.add(judgement.count, at: judgement.time) }
        }
        guard let owner else { return }
        if owner != serving { nodes[owner].judged.append(judgement) }
        if judgement.verdict.isMisroute { nodes[owner].misroutesTo.add(judgement.count, at: judgement.time) }
    }

    /// Forgets what lines said of a node that has ended, once the counts of the last minutes hold nothing of it: many nodes
    /// under ever new names would hold much memory.
    mutating func forgetOld(ofNode node: Int, at now: UnixTime) {
        guard let last = nodes[node].judged.last, now - last.time > Double(RecentCount.minutes + 1) * 60 else { return }
        nodes[node] = OfNode()
    }

    mutating func renumberNodes(_ kept: [Int]) { nodes.renumber(kept) }
}
