// The facts that only a proxy's log tells: the cookies that it gives, and how it writes nodes and services.

extension Registry {
    /// Learns from one request how the proxy writes things. `serving` is the node that the line names.
    mutating func learnFromProxy(_ request: LoggedRequest, _ session: NamedSession, by serving: Int?, time: UnixTime) {
        if let match = testimony.addresses.match(request.givenCookie) {
            testimony.schemesInUse.note(match.scheme, at: time)
        }
        if let serving, request.serviceURL != nil { testimony.nodes[serving].reach.noteAnswer(at: time) }
        if let name = request.serviceName { testimony.serviceNames.note(name) }
        if let url = request.serviceURL, request.answerNamesSession,
            request.outcome == .served || request.outcome == .created
        {
            learn(url, of: session, time: time)
        }
        guard serving == nil, let name = request.node, self.serving(request) == nil else { return }
        let text = request.serviceURL ?? name
        guard Authority(written: text) != nil else { return }
        testimony.unknownAddresses.note(text, at: time)
    }

    /// Notes that the proxy could not reach the node that a line names.
    public mutating func noteUnreached(_ node: String, url: String?, at time: UnixTime) {
        guard let number = self.node(writtenAs: node, url: url) else { return }
        testimony.nodes[number].reach.noteFailure(at: time)
    }

    /// Returns the reasons not to believe a living node, given the counts of its sessions.
    func suspicions(ofNode number: Int, _ counts: StateCounts, at now: UnixTime) -> [Suspicion] {
        let node = liveness.nodes[number]
        let isCutOff = testimony.nodes[number].reach.isLost(of: node, policy, at: now)
        return node.suspicions(counts) + (isCutOff ? [.unreachable] : [])
    }

    /// Returns the number of requests that the proxy could not bring to a node since one was answered, and the time of
    /// the last. Nil if there are none of late.
    func unreached(node name: String, at now: UnixTime) -> (count: Int, last: UnixTime)? {
        guard let number = liveness.number(of: name) else { return nil }
        let reach = testimony.nodes[number].reach
        return reach.last.flatMap { now - $0 <= Diagnosis.recentSeconds ? (reach.failures, $0) : nil }
    }

    /// Learns how the proxy writes the node of a session that was served behind a URL. The session's own record must name
    /// its owner, and that process must be alive, so that nobody else can have served it.
    private mutating func learn(_ url: String, of session: NamedSession, time: UnixTime) {
        guard view.isComplete, let position = population.table.find(session.id, ref: session.ref) else { return }
        let entry = population.table[position]
        guard entry.malformation == nil, entry.owner != 0 else { return }
        let owner = population.owners[entry.owner]
        guard !owner.isLearnt, !owner.isAdoptable,
            liveness.fateOfProcess(of: owner).state(created: entry.created, isDenied: entry.isDenied) == .owned
        else { return }
        let node = liveness.nodes[owner.node]
        // The addresses follow the heartbeat's own URL already.
        if testimony.serviceURLs.note(url, node: node.name, at: time), node.heartbeat?.url != url { updateAddresses() }
    }

    /// Returns the addresses in lines of the last minutes that no heartbeat and no served session explains.
    public func unknownAddresses(at now: UnixTime) -> [UnknownAddress] {
        testimony.unknownAddresses.all.filter {
            now - $0.last <= Diagnosis.recentSeconds
                && testimony.addresses.node(writtenAs: $0.text, url: $0.text) == nil
        }
    }

    /// Returns the living nodes that the proxy reaches at another address than their heartbeat says, by name.
    public var nodesAtOtherAddresses: [(name: String, heartbeatURL: String, proxyURL: String)] {
        testimony.addresses.nodes.compactMap { node in
            guard node.isAlive, let own = node.url, let authority = Authority(heartbeatURL: own) else { return nil }
            let other = node.proxyURLs.first { Authority(written: $0)?.canonical != authority.canonical }
            return other.map { (node.name, own, $0) }
        }.sorted { $0.name < $1.name }
    }
}
