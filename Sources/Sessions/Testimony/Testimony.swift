/// The testimony of logs: which requests were refused, whom a line means, and which node was seen to hold a session.
///
/// Whether it is true is not known here: the registry judges it by who is registered and who is alive.
struct Testimony: Sendable {
    /// The testimony about one node.
    struct OfNode: Sendable {
        /// Judgements kept of each node.
        static let judgedLimit = 32

        var clock = ClockOffset()
        /// Misroutes of sessions that it owns, and of requests that it refused.
        var misroutesTo = RecentCount()
        var misroutesFrom = RecentCount()
        /// The latest requests that it refused, or that were refused for sessions it owns.
        var judged = Ring<Judgement>(limit: judgedLimit)
    }

    private(set) var nodes = ByNode(OfNode())
    /// Refused requests, by session.
    private(set) var failures = FailureMemory()
    /// The owners of sessions that are not read yet: a line that tells of a new session is often faster than its key.
    var ownersSeenBeforeRead = OwnerSightings()
    /// The owners that were seen later than the last heartbeat that is known: the next one shows which process of its node
    /// it was.
    var ownersOfUnknownBoot = OwnerSightings()
    /// Whom a cookie or an address names.
    private(set) var addresses = NodeAddresses()
    /// Which sticky cookies there may be.
    var stickyRules = StickyRules()

    /// Has cookies and addresses follow the nodes' URLs. Nodes that never beat are no servers that we know of.
    mutating func follow(_ nodes: [Node]) {
        let seen = nodes.lazy.filter { $0.heartbeat != nil }
        let known = seen.map { StickyNode(name: $0.name, url: $0.heartbeat?.url, isAlive: $0.isAlive) }
        addresses.update(Array(known), rules: stickyRules)
    }

    /// Takes in how long after its own stamp a line came: part of that is what the node's clock is behind.
    mutating func noteDelay(_ seconds: Double, ofNode node: Int, at now: UnixTime) {
        nodes[node].clock.note(seconds, at: now)
    }

    /// Takes in that a session was served.
    mutating func noteServed(_ ref: SessionRef, at time: UnixTime) { failures.noteServed(ref, at: time) }

    /// Remembers a refused request: by its session, by the node that refused it, and by the owner's.
    mutating func remember(_ judgement: Judgement, by serving: Int?, owner: Int?, at now: UnixTime) {
        let failure = FailedRequest(
            time: judgement.time, node: judgement.node, verdict: judgement.verdict, cause: judgement.cause)
        if let ref = judgement.ref { failures.add(failure, of: ref, at: now) }
        if let serving {
            nodes[serving].judged.append(judgement)
            if judgement.verdict.isMisroute { nodes[serving].misroutesFrom.add(at: judgement.time) }
        }
        guard let owner else { return }
        if owner != serving { nodes[owner].judged.append(judgement) }
        if judgement.verdict.isMisroute { nodes[owner].misroutesTo.add(at: judgement.time) }
    }

    mutating func renumberNodes(_ kept: [Int]) { nodes.renumber(kept) }
}
