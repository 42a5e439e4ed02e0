/// The URLs by which the proxy was seen to reach nodes. A node that serves a session of its own behind a URL is that URL's
/// node: this is how the proxy writes it, whatever its heartbeat says.
struct ServiceURLs: Sendable {
    /// The number of URLs remembered for each node. Beyond it each new one replaces the one seen longest ago.
    static let limitPerNode = 8
    /// The number of URLs remembered. Beyond it no new one is.
    static let limit = 2048
    /// The age after which a sighting gives way to that of another node: addresses are used again.
    static let lastingSeconds = 3600.0

    /// A URL by which the proxy calls a node, and when it was seen to.
    struct Sighting: Sendable {
        let url: String
        let node: String
        /// The time from which the node was seen behind this URL and no other.
        var since: UnixTime
        var last: UnixTime
        /// How often it was seen again after another.
        var returns = 0
    }

    private var sightings: [String: [Sighting]] = [:]
    /// The URL behind which each node was last seen.
    private var latest: [String: String] = [:]

    /// Notes that a node served a session of its own behind a URL. Returns true if that was not known.
    mutating func note(_ url: String, node: String, at time: UnixTime) -> Bool {
        guard let place = sightings[url]?.firstIndex(where: { $0.node == node }) else {
            makeRoom(for: node)
            guard sightings[url] != nil || sightings.count < Self.limit else { return false }
            sightings[url, default: []].append(Sighting(url: url, node: node, since: time, last: time))
            if latest(of: node).map({ $0.last <= time }) ?? true { latest[node] = url }
            dropOutdated(url, at: time)
            return true
        }
        let last = sightings[url]?[place].last ?? time
        if time > last {
            sightings[url]?[place].last = time
            if let latest = latest(of: node), latest.url != url, latest.last <= time {
                sightings[url]?[place].since = time
                sightings[url]?[place].returns += 1
                self.latest[node] = url
            }
        }
        return sightings[url]?.count == 1 ? false : dropOutdated(url, at: time)
    }

    /// Returns the URL behind which a node was last seen. Nil if it was seen behind none.
    func latest(of node: String) -> Sighting? {
        latest[node].flatMap { seen($0, node) } ?? all(of: node).max { ($0.last, $0.url) < ($1.last, $1.url) }
    }

    /// Whether a node is reached by several URLs at a time: they took turns more often than a proxy is configured otherwise,
    /// and another than the latest was seen minutes before it at most.
    func takeTurns(of node: String) -> Bool {
        let seen = all(of: node).sorted { $0.last > $1.last }
        guard seen.count > 1, seen[0].last - seen[1].last <= Self.turnSeconds else { return false }
        return seen.reduce(0) { $0 + $1.returns } >= Self.returnsInTurn
    }

    private static let returnsInTurn = 4
    private static let turnSeconds = 300.0

    /// Returns the URLs behind which a node was seen, in no order.
    func all(of node: String) -> [Sighting] { sightings.keys.compactMap { seen($0, node) } }

    private func seen(_ url: String, _ node: String) -> Sighting? { sightings[url]?.first { $0.node == node } }

    /// Returns the URLs of each node. A URL that several living nodes were seen behind belongs to none.
    func byNode(isAlive: (String) -> Bool) -> [String: [String]] {
        var urls: [String: [String]] = [:]
        for (url, seen) in sightings {
            let living = seen.filter { isAlive($0.node) }
            guard living.count <= 1 else { continue }
            for sighting in living.isEmpty ? seen : living { urls[sighting.node, default: []].append(url) }
        }
        return urls.mapValues { $0.sorted() }
    }

    /// Forgets the nodes that are not among these.
    mutating func keep(_ isKept: (String) -> Bool) {
        sightings = sightings.compactMapValues { seen in
            let left = seen.filter { isKept($0.node) }
            return left.isEmpty ? nil : left
        }
        latest = latest.filter { isKept($0.key) }
    }

    /// Drops what was seen long before that time. Returns true if there was any.
    @discardableResult
    private mutating func dropOutdated(_ url: String, at time: UnixTime) -> Bool {
        let before = sightings[url]?.count
        sightings[url]?.removeAll { time - $0.last > Self.lastingSeconds }
        return sightings[url]?.count != before
    }

    /// Forgets the URL that was seen longest ago, if the node has as many as it may.
    private mutating func makeRoom(for node: String) {
        let own = all(of: node)
        guard own.count >= Self.limitPerNode, let oldest = own.min(by: { ($0.last, $0.url) < ($1.last, $1.url) }) else {
            return
        }
        sightings[oldest.url]?.removeAll { $0.node == node }
        if sightings[oldest.url]?.isEmpty == true { sightings[oldest.url] = nil }
    }
}
